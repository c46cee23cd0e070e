#ifndef DCMFS_CSQLITE_H
#define DCMFS_CSQLITE_H

/* Functions for what Swift cannot call: those of SQLite's with a variable number of arguments. */

struct sqlite3;

/* Switches SQLite's statistics of memory off, which cost a lock of the whole process for each allocation. Only before the first
 * connection is opened; 0, or an error code of SQLite's. */
int CSQLite_disable_memory_statistics(void);

/* The file may come from anyone: its schema runs nothing (no triggers, no views, no functions), and nothing that a statement does can
 * damage the file's structure. 0, or an error code of SQLite's. */
int CSQLite_defend(struct sqlite3 *database);

/* Statements of this connection end with SQLITE_INTERRUPT soon after `*flag` becomes other than 0. `flag` must outlive it. */
void CSQLite_watch(struct sqlite3 *database, const int *flag);

/* Sets and reads a flag of `CSQLite_watch`. Safe in a signal handler. */
void CSQLite_raise(int *flag);
int CSQLite_isRaised(const int *flag);

#endif
