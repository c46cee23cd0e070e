#include "csqlite.h"

#include <sqlite3.h>

int CSQLite_disable_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int CSQLite_defend(struct sqlite3 *database) {
    /* Each has an effect of its own, and none of them needs the file to be read. */
    static const struct { int what, value; } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
        /* Text in double quotes is never a value: a misspelt column is an error, not a constant. */
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    for (unsigned i = 0; i < sizeof settings / sizeof *settings; i++) {
        int state = -1;
        int code = sqlite3_db_config(database, settings[i].what, settings[i].value, &state);
        if (code != SQLITE_OK) return code;
        if (state != settings[i].value) return SQLITE_ERROR;
    }
    return SQLITE_OK;
}

/* Steps of SQLite's virtual machine between two looks: about a millisecond, and not to be measured. */
enum { STEPS_BETWEEN_LOOKS = 50000 };

static int isRaised(void *flag) { return CSQLite_isRaised((const int *)flag); }

void CSQLite_watch(struct sqlite3 *database, const int *flag) {
    sqlite3_progress_handler(database, STEPS_BETWEEN_LOOKS, isRaised, (void *)flag);
}

void CSQLite_raise(int *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }

int CSQLite_isRaised(const int *flag) { return __atomic_load_n(flag, __ATOMIC_RELAXED); }
