/*
 * tlsdir.h - the simulator's own CA and server certificate.
 */
#ifndef SIM_TLSDIR_H
#define SIM_TLSDIR_H

#include "base/sb.h"

/*
 * Makes ca.pem, server.pem and server.key in the folder when one is
 * missing; reads certificate and key. 0, or -1 with a message printed.
 */
int tlsdir_load(const char *dir, struct sb *cert, struct sb *key);

#endif
