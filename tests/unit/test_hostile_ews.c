/*
 * test_hostile_ews.c - answers that are well-formed and yet harmful: by their
 * number, their order, their content.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "ews/folder.h"
#include "ews/folderxml.h"
#include "ews/resolve.h"
#include "ews/syncxml.h"
#include "soapfeed.h"

/* Reads a page of these changes. */
static int
page_of(const char *changes, struct change_page *p, struct err *e)
{
	struct buf xml, text, state;
	struct syncxml x;
	struct soap s;
	int rc;

	memset(p, 0, sizeof(*p));
	memset(&x, 0, sizeof(x));
	buf_init(&xml, (size_t)64 << 20);
	buf_init(&text, 1000);
	buf_init(&state, 1000);
	x.page = p;
	x.state = &state;
	s.text = &text;
	buf_adds(&xml, "<s:Envelope" NS "><s:Body><m:SyncFolderItemsResponse>"
		       "<m:ResponseMessages><m:R ResponseClass=\"Success\">"
		       "<m:SyncState>S</m:SyncState><m:Changes>");
	buf_adds(&xml, changes);
	buf_adds(&xml, "</m:Changes></m:R></m:ResponseMessages>"
		       "</m:SyncFolderItemsResponse></s:Body></s:Envelope>");
	rc = soapfeed(&s, &syncxml_ops, &x, buf_str(&xml), 0, e);
	soap_close(&s);
	buf_free(&xml);
	buf_free(&text);
	buf_free(&state);
	return rc;
}

/* Reads a page of n changes. */
static int
page(size_t n, struct change_page *p, struct err *e)
{
	struct buf xml;
	size_t i;
	int rc;

	buf_init(&xml, (size_t)64 << 20);
	for (i = 0; i < n; i++)
		buf_addf(
		    &xml, "<t:Delete><t:ItemId Id=\"%zu\"/></t:Delete>", i);
	rc = page_of(buf_str(&xml), p, e);
	buf_free(&xml);
	return rc;
}

/* At most 512 are asked for; a server that sends millions is not believed. */
static void
endless_page(void **state)
{
	struct err e = ERR_INIT;
	struct change_page p;

	(void)state;
	assert_int_equal(page(10000, &p, &e), 0);
	assert_int_equal(p.n, 10000);
	arena_free(&p.arena);
	assert_int_equal(page(10001, &p, &e), -1);
	assert_int_equal(e.kind, ERR_RETRY);
	assert_string_equal(e.code, "too_large");
	arena_free(&p.arena);
}

/* Stray changes: the first is described, and all are counted. */
static void
stray_changes(void **state)
{
	static const struct {
		const char *changes, *stray;
		int n, nstray;
	} row[] = {
		{ "<t:Create><t:Message><t:ItemId Id=\"1\"/></t:Message>"
		  "</t:Create>",
		    NULL, 1, 0 },
		{ "<t:Create><t:Message><t:Size>1</t:Size></t:Message>"
		  "</t:Create><t:Delete><t:ItemId Id=\"1\"/></t:Delete>"
		  "<t:Update/>",
		    "Create without ItemId", 1, 2 },
		{ "<t:Delete><t:ItemId ChangeKey=\"k\"/></t:Delete>",
		    "Delete without ItemId", 0, 1 },
		{ "<t:ReadFlagChange><t:ItemId Id=\"\"/><t:IsRead>true"
		  "</t:IsRead></t:ReadFlagChange>",
		    "ReadFlagChange without ItemId", 0, 1 },
		{ "<t:Gr\xc3\xbcn><t:ItemId Id=\"1\"/></t:Gr\xc3\xbcn>"
		  "<t:Message><t:ItemId Id=\"2\"/></t:Message>",
		    "Gr\xc3\xbcn, which is no kind of change that is known", 0,
		    2 },
	};
	struct err e = ERR_INIT;
	struct change_page p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(page_of(row[i].changes, &p, &e), 0);
		assert_int_equal(p.n, row[i].n);
		assert_int_equal(p.nstray, row[i].nstray);
		if (row[i].stray == NULL)
			assert_null(p.stray);
		else
			assert_string_equal(p.stray, row[i].stray);
		arena_free(&p.arena);
	}
}

/* Cycles of folders: each other's parent, their own parent, and endless. */
static void
rings(void **state)
{
	struct folder_list l;
	struct folder f[600];
	char id[600][8];
	size_t i;

	(void)state;
	memset(&l, 0, sizeof(l));
	memset(f, 0, sizeof(f));
	for (i = 0; i < 600; i++) {
		snprintf(id[i], sizeof(id[i]), "%zu", i);
		f[i].id = id[i];
		f[i].parent_id = id[(i + 1) % 600];
		f[i].path = "n";
	}
	f[0].parent_id = id[0];
	f[2].parent_id = id[1];
	f[1].parent_id = id[2];
	l.v = f;
	l.n = 600;
	folder_paths(&l);
	for (i = 0; i < 600; i++)
		assert_non_null(f[i].path);
	arena_free(&l.arena);
}

/* A name that the address book resolves to two people is not resolved. */
static void
impostors(void **state)
{
	struct resolve_answer p;
	struct err e = ERR_INIT;
	struct buf text;
	struct soap s;

	(void)state;
	memset(&p, 0, sizeof(p));
	buf_init(&text, 1000);
	s.text = &text;
	assert_int_equal(
	    soapfeed(&s, &resolve_ops, &p,
		ENV(RESP("ResolveNames",
		    OKMSG("ResolveNames",
			"<m:ResolutionSet><t:Resolution><t:Mailbox>"
			"<t:EmailAddress>a@b</t:EmailAddress><t:RoutingType>"
			"SMTP</t:RoutingType></t:Mailbox></t:Resolution>"
			"<t:Resolution><t:Mailbox><t:EmailAddress>c@d"
			"</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType>"
			"</t:Mailbox></t:Resolution></m:ResolutionSet>"))),
		1, &e),
	    0);
	assert_int_equal(p.n, 2);
	soap_close(&s);
	free(p.found);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(endless_page),
		cmocka_unit_test(stray_changes), cmocka_unit_test(rings),
		cmocka_unit_test(impostors) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
