/*
 * controllogin.h - the commands about logins: tenants, applications, device
 * codes, the token endpoint's faults.
 */
#ifndef SIM_CONTROLLOGIN_H
#define SIM_CONTROLLOGIN_H

#include "controlmail.h"

void controllogin_tenant(struct cmd *, struct sb *);
void controllogin_app(struct cmd *, struct sb *);
void controllogin_approve(struct cmd *, struct sb *);
void controllogin_decline(struct cmd *, struct sb *);
void controllogin_codes(struct cmd *, struct sb *);
void controllogin_tokens(struct cmd *, struct sb *);
void controllogin_revoke(struct cmd *, struct sb *);
void controllogin_fault(struct cmd *, struct sb *);

#endif
