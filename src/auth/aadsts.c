/*
 * aadsts.c - Microsoft Entra's errors, by number.
 */
#include <stddef.h>

#include "auth/aadsts.h"

#define LOGIN_AGAIN "let the person log in again: exsync --login"
#define OF_APP      "in App registrations > the app > "
#define CONDITIONAL                                                            \
	"under Protection > Conditional Access take this app out of the "      \
	"policy, or use a client certificate, to which such policies do not "  \
	"apply"

/* clang-format off */
static const struct aadsts rows[] = {
	{ 16000, ERR_AUTH, "the account of another directory was used: " LOGIN_AGAIN ", with an account of this directory" },
	{ 50001, ERR_CONFIG, "the directory does not know the resource in scope: check scope; it must be the server's own address (of a server of yours: registered with Get-AuthServer and Hybrid Modern Authentication)" },
	{ 50011, ERR_CONFIG, "the app registration has no redirect for this kind of login: allow public client flows " OF_APP "Authentication" },
	{ 50013, ERR_AUTH, "the signature of the client assertion is not accepted: client_certificate must be the one that is uploaded " OF_APP "Certificates & secrets, and this machine's clock must be right" },
	{ 50020, ERR_AUTH, "the account is not in this directory: log in with one of its accounts, or write tenant_id = common" },
	{ 50034, ERR_AUTH, "there is no such account in this directory: check the address, or tenant_id" },
	{ 50053, ERR_AUTH, "the account is locked, or its address has a bad name with Microsoft: wait, then unlock it in Entra under Users" },
	{ 50055, ERR_AUTH, "the account's password has expired: set a new one, then " LOGIN_AGAIN },
	{ 50057, ERR_AUTH, "the account is disabled: enable it in Entra under Users" },
	{ 50058, ERR_AUTH, "nobody is logged in: " LOGIN_AGAIN },
	{ 50059, ERR_CONFIG, "no directory is named: write tenant_id" },
	{ 50076, ERR_AUTH, "a second factor is asked for: " LOGIN_AGAIN ", or use a client certificate" },
	{ 50078, ERR_AUTH, "the second factor has expired: " LOGIN_AGAIN },
	{ 50079, ERR_AUTH, "the account must register a second factor: let it do so at https://aka.ms/mfasetup, then " LOGIN_AGAIN },
	{ 50089, ERR_AUTH, "the login has expired: " LOGIN_AGAIN },
	{ 50105, ERR_AUTH, "the account is not assigned to the application: in Enterprise applications > the app > Users and groups add it, or under Properties set Assignment required to No" },
	{ 50126, ERR_AUTH, "the user name or the password is wrong: " LOGIN_AGAIN },
	{ 50128, ERR_CONFIG, "there is no such directory: check tenant_id" },
	{ 50132, ERR_AUTH, "the login was revoked, or the password has changed: " LOGIN_AGAIN },
	{ 50133, ERR_AUTH, "the login was revoked, since the password has changed: " LOGIN_AGAIN },
	{ 50140, ERR_AUTH, "the login was broken off at Keep me signed in: " LOGIN_AGAIN },
	{ 50144, ERR_AUTH, "the account's password has expired: set a new one, then " LOGIN_AGAIN },
	{ 50158, ERR_AUTH, "a further check is asked for: " LOGIN_AGAIN ", or " CONDITIONAL },
	{ 50173, ERR_AUTH, "the login was revoked, since the password has changed: " LOGIN_AGAIN },
	{ 50194, ERR_CONFIG, "the app registration is for one directory only: write that directory's id or domain as tenant_id instead of common" },
	{ 50196, ERR_RETRY, "the same was asked for too often" },
	{ 53000, ERR_AUTH, "a policy wants a device that is compliant, which a service is not: " CONDITIONAL },
	{ 53001, ERR_AUTH, "a policy wants a device that is joined to the domain, which a service is not: " CONDITIONAL },
	{ 53002, ERR_AUTH, "a policy wants an approved app: " CONDITIONAL },
	{ 53003, ERR_AUTH, "Conditional Access blocks this login (device code is often blocked as a whole): " CONDITIONAL },
	{ 53004, ERR_AUTH, "the account must register a second factor, from a place that is not suspicious: let it do so, then " LOGIN_AGAIN },
	{ 65001, ERR_AUTH, "nobody has consented: an administrator grants it " OF_APP "API permissions > Grant admin consent, or the person with exsync --login" },
	{ 65004, ERR_AUTH, "the person did not consent: " LOGIN_AGAIN ", or let an administrator grant it " OF_APP "API permissions" },
	{ 65005, ERR_CONFIG, "the app registration lacks the permission that scope asks for: add it " OF_APP "API permissions and grant consent" },
	{ 70000, ERR_AUTH, "the login is not valid any more, or not for this scope: " LOGIN_AGAIN },
	{ 70002, ERR_AUTH, "the secret or the login is not accepted: check client_secret_file, or " LOGIN_AGAIN },
	{ 70003, ERR_CONFIG, "the app registration does not allow this kind of login: allow public client flows " OF_APP "Authentication" },
	{ 70008, ERR_AUTH, "the login has expired, since it was not used for too long: " LOGIN_AGAIN },
	{ 70011, ERR_CONFIG, "scope is not valid: remove the line, or write it as https://outlook.office365.com/.default (with a client secret or certificate) or https://outlook.office365.com/EWS.AccessAsUser.All" },
	{ 70019, ERR_AUTH, "the code was not used in time: " LOGIN_AGAIN },
	{ 70020, ERR_AUTH, "the code was not used in time: " LOGIN_AGAIN },
	{ 70043, ERR_AUTH, "a policy (sign-in frequency) has ended the login: " LOGIN_AGAIN ", or " CONDITIONAL },
	{ 75016, ERR_AUTH, "a further check is asked for: " LOGIN_AGAIN },
	{ 81004, ERR_RETRY, "the directory's own login service did not answer" },
	{ 90002, ERR_CONFIG, "there is no such directory in this cloud: check tenant_id, and authority when it is a national cloud" },
	{ 90009, ERR_CONFIG, "the app asks for a token for itself: check scope" },
	{ 90019, ERR_CONFIG, "no directory is named: write tenant_id" },
	{ 90023, ERR_CONFIG, "the request is not valid for this directory: check tenant_id and scope" },
	{ 90024, ERR_RETRY, "the service is busy with this directory" },
	{ 90033, ERR_RETRY, "the service has a fault that passes" },
	{ 90036, ERR_RETRY, "the service has a fault that passes" },
	{ 90038, ERR_CONFIG, "the directory lies in another cloud: write its authority (https://login.microsoftonline.us, https://login.partner.microsoftonline.cn)" },
	{ 90072, ERR_AUTH, "the account is not in this directory: " LOGIN_AGAIN ", with an account of it" },
	{ 90094, ERR_AUTH, "an administrator must consent: " OF_APP "API permissions > Grant admin consent" },
	{ 135000, ERR_AUTH, "the account may not use this service any more: " LOGIN_AGAIN },
	{ 220501, ERR_RETRY, "the service could not fetch what it needs to check the login" },
	{ 500011, ERR_CONFIG, "the directory does not know the resource in scope: check scope and tenant_id; for a server of yours Hybrid Modern Authentication must be set up" },
	{ 500014, ERR_CONFIG, "the resource in scope is disabled in this directory: enable Office 365 Exchange Online in Enterprise applications" },
	{ 500021, ERR_CONFIG, "tenant restrictions of the network forbid this directory: ask who runs the proxy" },
	{ 500133, ERR_AUTH, "the client assertion is not valid at this time: set this machine's clock right (NTP)" },
	{ 530003, ERR_AUTH, "a policy wants a device that is managed: " CONDITIONAL },
	{ 530032, ERR_AUTH, "security defaults or a policy block this login: " CONDITIONAL },
	{ 650052, ERR_CONFIG, "the directory has no subscription to the service in scope: check scope, and that the directory has Exchange Online" },
	{ 650057, ERR_CONFIG, "the app registration lacks the permission that scope asks for: add it " OF_APP "API permissions and grant consent" },
	{ 700003, ERR_AUTH, "the device of the login was removed: " LOGIN_AGAIN },
	{ 700016, ERR_AUTH, "the directory does not know this application: check client_id and tenant_id; an administrator of the directory may have to consent to it first" },
	{ 700021, ERR_AUTH, "client_id is not the application of the assertion: check client_id" },
	{ 700022, ERR_CONFIG, "scope names more than one resource: write one" },
	{ 700023, ERR_AUTH, "the assertion is for another directory or cloud: check tenant_id and authority" },
	{ 700024, ERR_AUTH, "the client assertion is not valid at this time: set this machine's clock right (NTP)" },
	{ 700025, ERR_CONFIG, "the app registration is a public client and takes no secret: remove client_secret_file, or register the app as a confidential client" },
	{ 700027, ERR_AUTH, "the certificate is not the app's, or has expired: upload client_certificate " OF_APP "Certificates & secrets; for a service that does not know PS256 write assertion = rs256" },
	{ 700030, ERR_AUTH, "the certificate's names are not those that the app allows: check client_certificate" },
	{ 700051, ERR_CONFIG, "the app registration does not allow this kind of login: allow public client flows " OF_APP "Authentication" },
	{ 700054, ERR_CONFIG, "the app registration does not give ID tokens: allow them " OF_APP "Authentication" },
	{ 700082, ERR_AUTH, "the login has expired, since it was not used for 90 days: " LOGIN_AGAIN },
	{ 700084, ERR_AUTH, "the login has expired after its fixed time: " LOGIN_AGAIN },
	{ 900144, ERR_CONFIG, "the request lacks something: check client_id and scope" },
	{ 900382, ERR_CONFIG, "confidential clients of another cloud are not supported: check authority" },
	{ 900384, ERR_AUTH, "the login cannot be read: " LOGIN_AGAIN },
	{ 1002012, ERR_CONFIG, "with a client secret or certificate scope must end in /.default: write it so, or remove the line" },
	{ 7000011, ERR_AUTH, "the application may not log in so: check client_id" },
	{ 7000012, ERR_AUTH, "the login belongs to another directory: check tenant_id, then " LOGIN_AGAIN },
	{ 7000014, ERR_AUTH, "the code was used before: " LOGIN_AGAIN },
	{ 7000110, ERR_CONFIG, "the certificate or secret is of another kind than the app takes: check client_certificate" },
	{ 7000112, ERR_AUTH, "the application is disabled: enable it in Enterprise applications > the app > Properties" },
	{ 7000113, ERR_AUTH, "the application may not log in for others: check client_id" },
	{ 7000114, ERR_AUTH, "the application may not log in for others: check client_id" },
	{ 7000215, ERR_AUTH, "the client secret is wrong: write its value (not its id) to client_secret_file; Entra shows it only once, so make a new one " OF_APP "Certificates & secrets" },
	{ 7000216, ERR_AUTH, "a client secret or certificate is needed: write client_secret_file or client_certificate" },
	{ 7000218, ERR_CONFIG, "the app registration wants a client secret: allow public client flows " OF_APP "Authentication, or write client_secret_file or client_certificate" },
	{ 7000222, ERR_AUTH, "the client secret has expired: make a new one " OF_APP "Certificates & secrets and write its value to client_secret_file" },
	{ 7000229, ERR_AUTH, "the application was never let into this directory: an administrator consents to it (Enterprise applications), or check tenant_id" },
};
/* clang-format on */
#define NROW (sizeof(rows) / sizeof(rows[0]))

const struct aadsts *
aadsts_find(int64_t number)
{
	size_t i;

	for (i = 0; i < NROW; i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

const struct aadsts *
aadsts_at(size_t i)
{
	return i < NROW ? &rows[i] : NULL;
}
