/*
 * host.c - names and addresses of hosts.
 */
#include <arpa/inet.h>

#include "base/host.h"
#include "base/str.h"

bool
host_is_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_';
}

bool
host_is_ip(const char *h)
{
	unsigned char a[16];

	return inet_pton(AF_INET, h, a) == 1 || inet_pton(AF_INET6, h, a) == 1;
}

bool
host_is_loopback(const char *h)
{
	struct in6_addr a6;
	struct in_addr a4;

	if (inet_pton(AF_INET, h, &a4) == 1)
		return ntohl(a4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, h, &a6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&a6);
	return str_ieq(h, "localhost");
}
