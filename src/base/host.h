/*
 * host.h - names and addresses of hosts.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include <stdbool.h>

/* a-z 0-9 - . _: the characters of an ASCII name that enc_domain made. */
bool host_is_char(char);
/* An IPv4 address, or an IPv6 address without []? */
bool host_is_ip(const char *);
/* localhost, 127.0.0.0/8 or ::1? */
bool host_is_loopback(const char *);

#endif
