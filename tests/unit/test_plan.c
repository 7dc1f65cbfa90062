/*
 * test_plan.c - which mailboxes a pass visits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tim.h"
#include "sync/plan.h"

static char text[][32] = { "contoso.example", "contoso.de", "fabrikam.example",
	"hq", "branch", "sales", "sales@contoso.example", "quiet",
	"anna@contoso.example", "exsync.ini" };
static char *contoso[] = { text[0], text[1] };
static char *fabrikam[] = { text[2] };
static struct conf_profile profiles[2];
static struct conf_mailbox mailboxes[2];
static struct conf conf;

static void
setup(void)
{
	memset(profiles, 0, sizeof(profiles));
	profiles[0].name = text[3];
	profiles[0].domains.v = contoso;
	profiles[0].domains.n = 2;
	profiles[1].name = text[4];
	profiles[1].domains.v = fabrikam;
	profiles[1].domains.n = 1;
	memset(mailboxes, 0, sizeof(mailboxes));
	mailboxes[0].name = text[5];
	mailboxes[0].address = text[6];
	mailboxes[0].type = CONF_MAILBOX_QUEUE;
	mailboxes[0].profile = &profiles[0];
	mailboxes[0].incoming = true;
	mailboxes[1].name = text[7];
	mailboxes[1].address = text[8];
	mailboxes[1].profile = &profiles[0];
	mailboxes[1].incoming = false;
	memset(&conf, 0, sizeof(conf));
	conf.path = text[9];
	conf.profile = profiles;
	conf.nprofile = 2;
	conf.mailbox = mailboxes;
	conf.nmailbox = 2;
}

static void
people(struct party_list *l)
{
	memset(l, 0, sizeof(*l));
	party_list_add(l, "user", "1", "anna@contoso.example", "Anna");
	party_list_add(l, "user", "2", "bo@contoso.example", "Bo");
	party_list_add(l, "user", "2", "bo@contoso.de", "Bo");
	party_list_add(l, "user", "3", "cy@fabrikam.example", "Cy");
	party_list_add(l, "user", "4", "dee@elsewhere.example", "Dee");
	party_list_add(l, "contact", "9", "ed@contoso.example", "Ed");
}

/* The plan must have these addresses, one per line, aliases with the first. */
static void
check(const char *only, const char *profile, const char *want)
{
	struct store_want only_these = { &only, only != NULL, profile };
	struct party_list l;
	struct plan p;
	struct err err = ERR_INIT;
	char got[512] = "";
	size_t i;

	setup();
	people(&l);
	if (plan_make(&conf, &l, &only_these, &p, &err) == -1)
		strcat(got, err.msg);
	for (i = 0; i < p.n; i++) {
		strcat(got, p.v[i].mailbox.address);
		strcat(got, " ");
		strcat(got, p.v[i].crm_id == NULL ? "-" : p.v[i].crm_id);
		strcat(got, "\n");
	}
	assert_string_equal(got, want);
	plan_free(&p);
	party_list_free(&l);
}

static void
test_all(void **state)
{
	(void)state;
	check(NULL, NULL,
	    "sales@contoso.example sales\n"
	    "bo@contoso.example 2\n"
	    "bo@contoso.de 2\n"
	    "cy@fabrikam.example 3\n");
}

static void
test_restricted(void **state)
{
	(void)state;
	check("cy@fabrikam.example", NULL, "cy@fabrikam.example 3\n");
	check(NULL, "branch", "cy@fabrikam.example 3\n");
	check(NULL, "nowhere",
	    "--profile nowhere: there is no [profile nowhere] in exsync.ini");
	check("ed@contoso.example", NULL,
	    "mailbox ed@contoso.example: no [mailbox] section has this "
	    "address, and it is no CRM user's address in the domains of a "
	    "profile");
}

static void
test_listed_only(void **state)
{
	static const struct store_want all = { NULL, 0, NULL };
	struct party_list l;
	struct plan p;
	struct err err = ERR_INIT;

	(void)state;
	setup();
	profiles[0].mailboxes = profiles[1].mailboxes = CONF_MAILBOXES_LISTED;
	people(&l);
	assert_int_equal(plan_make(&conf, &l, &all, &p, &err), 0);
	assert_int_equal(p.n, 1);
	/* the queue is somebody whom mail can concern */
	assert_string_equal(l.v[l.n - 1].crm_type, "queue");
	assert_string_equal(l.v[l.n - 1].crm_id, "sales");
	plan_free(&p);
	party_list_free(&l);
}

/* Addresses of one account are one mailbox, whatever order they come in. */
static void
test_accounts(void **state)
{
	static const struct store_want all = { NULL, 0, NULL };
	struct party_list l = { 0 };
	struct plan p;
	struct err err = ERR_INIT;
	char upn[] = "sales@contoso.example";

	(void)state;
	setup();
	profiles[0].impersonate_by = CONF_BY_UPN;
	mailboxes[0].upn = upn;
	party_list_add(&l, "user", "1", "a.bo@contoso.example", "Bo");
	party_list_account(&l, "Bo@contoso.example", "S-1-5-21-1-2-3-1");
	party_list_add(&l, "user", "1", "bo@contoso.example", "Bo");
	party_list_account(&l, "bo@contoso.example", "");
	party_list_add(&l, "user", "2", "cy@contoso.example", "Cy");
	party_list_account(&l, NULL, "S-1-5-21-1-2-3-2");
	party_list_add(&l, "user", "3", "dee@contoso.example", "Dee");
	party_list_add(&l, "user", "4", "sell@contoso.example", "Sales");
	party_list_account(&l, "SALES@contoso.example", NULL);
	party_list_add(&l, "user", "5", "bo@fabrikam.example", "Bo");
	party_list_account(&l, "bo@contoso.example", NULL);
	assert_int_equal(plan_make(&conf, &l, &all, &p, &err), 0);
	assert_int_equal(p.n, 5);
	assert_string_equal(p.v[0].mailbox.address, "sales@contoso.example");
	assert_string_equal(p.v[1].mailbox.address, "bo@contoso.example");
	assert_string_equal(
	    plan_principal(&p.v[1].mailbox), "bo@contoso.example");
	assert_string_equal(p.v[2].mailbox.address, "cy@contoso.example");
	assert_null(plan_principal(&p.v[2].mailbox));
	assert_string_equal(p.v[2].mailbox.sid, "S-1-5-21-1-2-3-2");
	/* two without a UPN are two */
	assert_string_equal(p.v[3].mailbox.address, "dee@contoso.example");
	/* another profile is another server */
	assert_string_equal(p.v[4].mailbox.address, "bo@fabrikam.example");
	plan_free(&p);
	party_list_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_listed_only),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
