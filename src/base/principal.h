/*
 * principal.h - the names of an account in Active Directory, as a request may
 * give them.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_PRINCIPAL_H
#define BASE_PRINCIPAL_H

#include <stdbool.h>

/*
 * A user principal name (MS-ADTS 5.1.1.1.1): name@suffix, of UTF-8 without
 * white space and control characters, with one @, at most 1024 bytes. It need
 * not be an address of the mailbox.
 */
bool principal_is_upn(const char *);
/*
 * The SID of an account of a domain in its text form (MS-DTYP 2.4.2.1):
 * S-1-5-21- and four numbers, three of the domain and one of the account.
 */
bool principal_is_sid(const char *);

#endif
