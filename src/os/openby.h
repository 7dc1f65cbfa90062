/*
 * openby.h - which other programs have a file open.
 * Floor: os.
 * Threads: any.
 */
#ifndef OS_OPENBY_H
#define OS_OPENBY_H

/*
 * "php-fpm (pid 4711), sqlite3 (pid 4712)": other processes that have the file
 * open, as far as this user may see it (/proc), a few at most. The caller
 * frees; NULL: none is seen.
 */
char *openby_list(const char *path);

#endif
