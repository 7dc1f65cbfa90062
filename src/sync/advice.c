/*
 * advice.c - what a person does about an error, by its cause.
 * 1. The first row that fits is taken: so rows with more conditions stand above
 *    those with fewer.
 * 2. Cause and code decide, with what the error is about and the INI's words;
 *    never a message.
 * 3. A name that a shell might take for more than a name is left out.
 */
#include <stdio.h>
#include <string.h>

#include "auth/oauthanswer.h"
#include "base/str.h"
#include "sync/advice.h"

/*
 * In a text: {a} is the mailbox's address, {u} the profile's username, {s} what
 * the error is about.
 */
#define TRY "; then exsync --once --mailbox {a}"
#define ROLE                                                                   \
	"give the account the right to act for mailboxes: "                    \
	"New-ManagementRoleAssignment -Name \"exsync impersonation\" -Role "   \
	"ApplicationImpersonation -User '{u}' (Exchange 2010 and later; if "   \
	"it is there: does its -CustomRecipientWriteScope have {a}? Exchange " \
	"2007: README, An account)" TRY
#define ROLE_ONLINE                                                            \
	"Exchange Online has no ApplicationImpersonation any more: give the "  \
	"application that right over these mailboxes by RBAC for "             \
	"Applications: New-ManagementRoleAssignment -App APPID -Role "         \
	"\"Application EWS.AccessAsApp\" -CustomResourceScope SCOPE" TRY
#define LOGIN_FIRST                                                            \
	"exsync --login shows an address and a code, with which the person "   \
	"logs in in any browser; the next pass goes on with it"
#define GRANT                                                                  \
	"Add-MailboxPermission -Identity {a} -User '{u}' -AccessRights "       \
	"FullAccess (it may take an hour until the server heeds it)"
#define SERVICE                                                                \
	"the url must be that of EWS, usually "                                \
	"https://HOST/EWS/Exchange.asmx: Get-WebServicesVirtualDirectory | "   \
	"Format-List Server,InternalUrl,ExternalUrl shows it"
#define FRONT                                                                  \
	"what answers is a web page (a login form, OWA, a proxy's notice), "   \
	"not EWS: let /EWS pass without a form in front, or set url to the "   \
	"server itself; " SERVICE

enum where { ANYWHERE, ONLINE };

/* NULL, -1, ANYWHERE: whatever it is. */
struct advice_row {
	enum err_cause cause;
	const char *code, *about; /* about: a word of the list in about */
	int access, auth;
	enum where where;
	const char *text, *many; /* many: for several mailboxes, or NULL */
};

static const struct advice_row rows[] = {
	/* the login */
	{ CAUSE_OTHER, "login-first", NULL, CONF_ACCESS_MAILBOX, -1, ANYWHERE,
	    LOGIN_FIRST,
	    "each of these mailboxes has a login of its own: for each run "
	    "exsync --login ADDRESS, which shows what its owner does" },
	{ CAUSE_OTHER, "login-first", NULL, -1, -1, ANYWHERE, LOGIN_FIRST,
	    NULL },
	{ CAUSE_NOT_SERVICE, NULL, OAUTHANSWER_ABOUT, -1, -1, ANYWHERE,
	    "correct authority and tenant_id, or let the proxy pass what goes "
	    "to authority",
	    NULL },
	{ CAUSE_BUSY, NULL, OAUTHANSWER_ABOUT, -1, -1, ANYWHERE,
	    "it is the token service that is busy, not the mail server: "
	    "exsync asks again by itself; if it stays so see the service's "
	    "status page",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, NULL, -1, CONF_AUTH_OAUTH, ANYWHERE,
	    "a server of your own takes tokens only with Hybrid Modern "
	    "Authentication (Get-OrganizationConfig | Format-List "
	    "OAuth2ClientProfileEnabled; Get-AuthServer): turn it on, or write "
	    "auth = auto",
	    NULL },
	{ CAUSE_LOGIN_DENIED, NULL, NULL, -1, CONF_AUTH_OAUTH, ANYWHERE,
	    "do what the text says in the Entra admin center (App "
	    "registrations), or correct tenant, client_id, secret or "
	    "certificate; a person logs in again with exsync --login (README, "
	    "Microsoft 365 and OAuth)",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, NULL, -1, -1, ONLINE,
	    "this is Exchange Online, which takes neither Basic nor NTLM: "
	    "write auth = oauth (README, Microsoft 365 and OAuth)",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, "NTLM", -1, CONF_AUTH_BASIC, ANYWHERE,
	    "Basic is not offered: the server offers {s}: write auth = ntlm, "
	    "or turn Basic on: Get-WebServicesVirtualDirectory | "
	    "Set-WebServicesVirtualDirectory -BasicAuthentication $true",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, NULL, -1, CONF_AUTH_BASIC, ANYWHERE,
	    "Basic is not offered; turn it on: "
	    "Get-WebServicesVirtualDirectory | "
	    "Set-WebServicesVirtualDirectory -BasicAuthentication $true",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, "Basic", -1, CONF_AUTH_NTLM, ANYWHERE,
	    "NTLM is not offered: the server offers {s}: write auth = basic, "
	    "or turn NTLM on: Get-WebServicesVirtualDirectory | "
	    "Set-WebServicesVirtualDirectory -WindowsAuthentication $true",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, "NTLM", -1, CONF_AUTH_AUTO, ANYWHERE,
	    "the server offers {s}, and for NTLM username needs its domain: "
	    "write DOMAIN\\name or name@domain",
	    NULL },
	{ CAUSE_NOT_OFFERED, NULL, NULL, -1, -1, ANYWHERE,
	    "no login is offered that exsync can do; turn NTLM on: "
	    "Get-WebServicesVirtualDirectory | "
	    "Set-WebServicesVirtualDirectory -WindowsAuthentication $true",
	    NULL },
	{ CAUSE_LOGIN_DENIED, NULL, NULL, -1, -1, ONLINE,
	    "this is Exchange Online, which refuses Basic and NTLM whatever "
	    "the password is: write auth = oauth (README, Microsoft 365 and "
	    "OAuth)",
	    NULL },
	{ CAUSE_LOGIN_LOCKED, "http-457", NULL, -1, -1, ANYWHERE,
	    "the password has expired: set a new one, write it to the INI, and "
	    "let that of a service account not expire",
	    NULL },
	{ CAUSE_LOGIN_LOCKED, "ErrorPasswordExpired", NULL, -1, -1, ANYWHERE,
	    "the password has expired: set a new one, write it to the INI, and "
	    "let that of a service account not expire",
	    NULL },
	{ CAUSE_LOGIN_LOCKED, "ErrorPasswordChangeRequired", NULL, -1, -1,
	    ANYWHERE,
	    "the account must change its password: set a new one without that "
	    "mark, and write it to the INI",
	    NULL },
	{ CAUSE_LOGIN_LOCKED, NULL, NULL, -1, -1, ANYWHERE,
	    "the account is locked: unlock it (Unlock-ADAccount), and look for "
	    "what else logs in with an old password; exsync tries it again "
	    "when its wait is over",
	    NULL },
	{ CAUSE_PROXY_LOGIN, NULL, NULL, -1, -1, ANYWHERE,
	    "correct user and password in proxy = http://user:password@host:"
	    "port (special characters as %XX); it is the proxy's login, not "
	    "the server's",
	    NULL },
	/* the way to the server */
	{ CAUSE_CERTIFICATE, NULL, "name", -1, -1, ANYWHERE,
	    "write the name that the certificate has as server or url, or give "
	    "the server a certificate with this name; tls_pin trusts exactly "
	    "this one",
	    NULL },
	{ CAUSE_CERTIFICATE, NULL, "end", -1, -1, ANYWHERE,
	    "renew the server's certificate; if it is good until later look at "
	    "the clock of this machine",
	    NULL },
	{ CAUSE_CERTIFICATE, NULL, "authority", -1, -1, ANYWHERE,
	    "set ca_file to the certificate of its authority (PEM), or tls_pin "
	    "to what the text says; a server that does not send the "
	    "certificates in between looks the same",
	    NULL },
	{ CAUSE_CERTIFICATE, NULL, "pin", -1, -1, ANYWHERE,
	    "ask who renewed the certificate: if it was renewed write the "
	    "tls_pin that the text says; if nobody did, somebody may be "
	    "listening in, so leave it as it is",
	    NULL },
	{ CAUSE_NETWORK, "dns", NULL, -1, -1, ANYWHERE,
	    "the name is not found: check server or url for a typing error, "
	    "and the name servers of this machine (getent hosts NAME)",
	    NULL },
	{ CAUSE_NETWORK, "connect", NULL, -1, -1, ANYWHERE,
	    "refused: the service is down or the port is wrong; no answer: a "
	    "firewall drops it. See whether the server runs, and whether "
	    "others on this machine reach it",
	    NULL },
	{ CAUSE_NETWORK, "proxy", NULL, -1, -1, ANYWHERE,
	    "it is the proxy that is in the way: check the key proxy (or "
	    "https_proxy in the environment), that it runs, and that it lets "
	    "this machine through to the server",
	    NULL },
	{ CAUSE_TLS, NULL, NULL, -1, -1, ANYWHERE,
	    "the server must speak TLS 1.2, with one of the usual suites and "
	    "without a client certificate (README, What the server needs); "
	    "check the port, too",
	    NULL },
	{ CAUSE_TIMEOUT, NULL, NULL, -1, -1, ANYWHERE,
	    "connections come about, and the answers do not: look at the load "
	    "of the server, and at what stands in front of it (proxy, "
	    "firewall, load balancer); each pass tries it again",
	    NULL },
	/* something else than the service */
	{ CAUSE_NOT_SERVICE, "http-404", NULL, -1, -1, ANYWHERE, SERVICE,
	    NULL },
	{ CAUSE_NOT_SERVICE, "http-405", NULL, -1, -1, ANYWHERE, SERVICE,
	    NULL },
	{ CAUSE_NOT_SERVICE, NULL, NULL, -1, -1, ANYWHERE, FRONT, NULL },
	/* rights */
	{ CAUSE_ANSWERED, "ErrorImpersonateUserDenied", NULL, -1, -1, ONLINE,
	    ROLE_ONLINE, NULL },
	{ CAUSE_ANSWERED, "ErrorImpersonateUserDenied", NULL, -1, -1, ANYWHERE,
	    ROLE, NULL },
	{ CAUSE_ANSWERED, "ErrorImpersonationDenied", NULL, -1, -1, ONLINE,
	    ROLE_ONLINE, NULL },
	{ CAUSE_ANSWERED, "ErrorImpersonationDenied", NULL, -1, -1, ANYWHERE,
	    ROLE, NULL },
	{ CAUSE_ANSWERED, "ErrorImpersonationFailed", NULL, -1, -1, ONLINE,
	    ROLE_ONLINE, NULL },
	{ CAUSE_ANSWERED, "ErrorImpersonationFailed", NULL, -1, -1, ANYWHERE,
	    ROLE, NULL },
	{ CAUSE_ANSWERED, "ErrorAccessDenied", NULL, CONF_ACCESS_IMPERSONATION,
	    -1, ANYWHERE, ROLE, NULL },
	{ CAUSE_ANSWERED, "ErrorAccessDenied", NULL, CONF_ACCESS_DELEGATE, -1,
	    ANYWHERE, "give the account the right to each mailbox: " GRANT TRY,
	    NULL },
	{ CAUSE_FORBIDDEN, NULL, NULL, -1, -1, ANYWHERE,
	    "EWS is off for this mailbox or account, or this program or "
	    "machine is not allowed in: Get-CASMailbox {a} | Format-List Ews* "
	    "and Get-OrganizationConfig | Format-List Ews* show it" TRY,
	    NULL },
	/* the mailbox */
	{ CAUSE_ALIAS, NULL, "@", -1, -1, ANYWHERE,
	    "write the primary address where the CRM, or the INI, has {a}: the "
	    "server names {s}",
	    "write the primary address of each in the CRM, or in the INI: for "
	    "{a} the server names {s}" },
	{ CAUSE_ALIAS, NULL, NULL, -1, -1, ANYWHERE,
	    "write the primary address where the CRM, or the INI, has {a}: "
	    "Get-Recipient {a} | Format-List PrimarySmtpAddress shows it",
	    NULL },
	{ CAUSE_ANSWERED, "ErrorNonExistentMailbox", NULL, -1, -1, ANYWHERE,
	    "no mailbox has the address: Get-Recipient {a} shows what it is. "
	    "Correct it in the CRM or the INI, take the user out, or write "
	    "incoming = no for it if it has a mailbox elsewhere" TRY,
	    NULL },
	{ CAUSE_ANSWERED, "ErrorAccountDisabled", NULL, -1, -1, ANYWHERE,
	    "the mailbox's account is disabled: enable it "
	    "(Enable-ADAccount), or take the mailbox out: incoming = no" TRY,
	    NULL },
	{ CAUSE_ANSWERED, "ErrorQuotaExceeded", NULL, -1, -1, ANYWHERE,
	    "the mailbox is full: raise its limit (Set-Mailbox {a} "
	    "-ProhibitSendReceiveQuota), or let its owner clear it" TRY,
	    NULL },
	/* what the mailbox lacks (access.h) */
	{ CAUSE_OTHER, "no-upn", NULL, -1, -1, ANYWHERE,
	    "Get-User {a} | Format-List UserPrincipalName shows it; the next "
	    "pass takes it",
	    "fill in column upn of each: Get-User -ResultSize Unlimited | "
	    "Format-Table WindowsEmailAddress,UserPrincipalName shows them; "
	    "the next pass takes them" },
	{ CAUSE_OTHER, "no-sid", NULL, -1, -1, ANYWHERE,
	    "Get-User {a} | Format-List Sid shows it; the next pass takes it",
	    "fill in column sid of each: Get-User -ResultSize Unlimited | "
	    "Format-Table WindowsEmailAddress,Sid shows them; the next pass "
	    "takes them" },
	{ CAUSE_OTHER, "no-secret", NULL, -1, -1, ANYWHERE,
	    "write the mailbox's password into that file, in one line, then "
	    "chmod 600; or take the mailbox out: incoming = no",
	    "each needs a file of its own in secrets_dir, named by its address "
	    "in lower case: its password in one line, then chmod 600" },
	/* load */
	{ CAUSE_BUSY, NULL, NULL, -1, -1, ANYWHERE,
	    "the server is busy, and exsync comes back later with less load: "
	    "if it stays so lower max_connections, or give the account a "
	    "throttling policy of its own (Set-ThrottlingPolicyAssociation)",
	    NULL },
};

bool
advice_is_online(const struct conf_profile *p)
{
	static const char *const host[] = { "outlook.office365.com",
		"outlook.office.com", "outlook.office365.us",
		"partner.outlook.cn" };
	const char *at = p->url != NULL ? strstr(p->url, "://") : NULL;
	size_t i, n;

	if (at == NULL)
		return false;
	at += 3;
	n = strcspn(at, ":/");
	for (i = 0; i < sizeof(host) / sizeof(host[0]); i++) {
		if (n == strlen(host[i]) && str_ieqn(at, host[i], n))
			return true;
	}
	return false;
}

static bool
fits_row(const struct advice_row *r, const struct conf_profile *p,
    const struct err *e)
{
	return r->cause == e->cause &&
	       (r->code == NULL || strcmp(r->code, e->code) == 0) &&
	       (r->about == NULL || strstr(e->about, r->about) != NULL) &&
	       (r->access == -1 || r->access == (int)p->access) &&
	       (r->auth == -1 || r->auth == (int)p->auth) &&
	       (r->where == ANYWHERE || advice_is_online(p));
}

/* May it stand in a command that somebody copies into a shell? */
static bool
is_plain_name(const char *word)
{
	return word != NULL &&
	       word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789"
				 "@._+-\\")] == '\0';
}

static const char *
word_for(char c, const struct advice_case *of, const struct err *e)
{
	switch (c) {
	case 'a':
		return is_plain_name(of->address) ? of->address : "ADDRESS";
	case 'u':
		return is_plain_name(of->profile->username)
			   ? of->profile->username
			   : "ACCOUNT";
	default:
		return e->about;
	}
}

char *
advice_find(const struct advice_case *of, const struct err *e, char *out)
{
	char raw[2 * ADVICE_TEXT];
	const struct advice_row *r = rows,
				*end = rows + sizeof(rows) / sizeof(*r);
	const char *s;
	size_t n = 0;

	while (r < end && !fits_row(r, of->profile, e))
		r++;
	if (r == end)
		return NULL;
	s = of->many && r->many != NULL ? r->many : r->text;
	for (; *s != '\0' && n + 1 < sizeof(raw); s++) {
		if (s[0] == '{' && s[1] != '\0' && s[2] == '}') {
			n += (size_t)snprintf(raw + n, sizeof(raw) - n,
			    "%.250s", word_for(s[1], of, e));
			s += 2;
			if (n >= sizeof(raw))
				n = sizeof(raw) - 1;
		} else
			raw[n++] = *s;
	}
	str_printable(out, ADVICE_TEXT, raw, n);
	return out;
}
