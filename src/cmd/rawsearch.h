/*
 * rawsearch.h - is a text in the bytes of the database?
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_RAWSEARCH_H
#define CMD_RAWSEARCH_H

enum rawsearch { RAWSEARCH_NONE, RAWSEARCH_FOUND, RAWSEARCH_FAILED };

/*
 * Searches the database, its -wal and its -shm for the text, which is in lower
 * case, in whichever case of its ASCII letters. No connection may be open:
 * closing a descriptor of a file takes SQLite's locks on it away from the whole
 * process.
 */
enum rawsearch rawsearch_database(const char *path, const char *text);

#endif
