/*
 * echo.h - does a service say again what it was told in confidence?
 * Floor: auth, internal.
 * Threads: pure.
 */
#ifndef AUTH_ECHO_H
#define AUTH_ECHO_H

#include <stdbool.h>

/*
 * Is the beginning of a secret of the form (application/x-www-form-urlencoded,
 * as oauthask.h makes it) in the text, encoded or not? A secret of fewer than
 * four characters is not looked for.
 */
bool echo_has_secret(const char *text, const char *form);

#endif
