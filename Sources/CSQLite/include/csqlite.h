#ifndef DCMFS_CSQLITE_H
#define DCMFS_CSQLITE_H

/* Switches SQLite's statistics of memory off, which cost a lock of the whole process for each allocation. Only before the first
 * connection is opened; 0, or an error code of SQLite's. A function, since Swift calls none with a variable number of arguments. */
int CSQLite_disable_memory_statistics(void);

#endif
