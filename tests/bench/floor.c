/*
 * floor.c - what the parts alone cost for the same bytes: BearSSL records,
 * expat, SQLite inserts. No logic, no checks, no model of a mail.
 *
 *	floor PORT ACCOUNT:PASSWORD(base64) MAILBOX FOLDER-ID DATABASE
 *
 * Asks the simulator on loopback the questions that exsync asks (ids of a
 * folder in pages of 512, then content in batches of BATCH with the same
 * properties) and stores each body as one row, one transaction a batch.
 * Prints messages and bytes received.
 *
 * 1. The first AES-GCM suite is offered alone: the cheapest records there
 *    are.
 * 2. The server's certificate is decoded for its key and believed.
 * 3. Whatever goes wrong ends the program: it is a yardstick, not a client.
 */
#include <arpa/inet.h>
#include <bearssl.h>
#include <errno.h>
#include <expat.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 50
#define PAGE  512

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(1);
}

/* --- TLS ---------------------------------------------------------------- */

/* A certificate chain that is believed: keeps the leaf's public key. */
struct believer {
	const br_x509_class *vtable;
	br_x509_decoder_context leaf;
	int certificates;
};

static void
start_chain(const br_x509_class **ctx, const char *name)
{
	struct believer *b = (struct believer *)(void *)ctx;

	(void)name;
	b->certificates = 0;
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	struct believer *b = (struct believer *)(void *)ctx;

	(void)length;
	if (b->certificates == 0)
		br_x509_decoder_init(&b->leaf, NULL, NULL);
}

static void
append(const br_x509_class **ctx, const unsigned char *data, size_t n)
{
	struct believer *b = (struct believer *)(void *)ctx;

	if (b->certificates == 0)
		br_x509_decoder_push(&b->leaf, data, n);
}

static void
end_cert(const br_x509_class **ctx)
{
	struct believer *b = (struct believer *)(void *)ctx;

	b->certificates++;
}

static unsigned
end_chain(const br_x509_class **ctx)
{
	(void)ctx;
	return 0;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct believer *b = (const struct believer *)(const void *)ctx;

	if (usages != NULL)
		*usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
	return br_x509_decoder_get_pkey((br_x509_decoder_context *)&b->leaf);
}

static const br_x509_class believer_class = { sizeof(struct believer),
	start_chain, start_cert, append, end_cert, end_chain, get_pkey };

static int sock = -1;
static br_ssl_client_context client;
static struct believer believer;
static unsigned char record[BR_SSL_BUFSIZE_BIDI];
static br_sslio_context io;

static int
low_read(void *ctx, unsigned char *data, size_t n)
{
	ssize_t k;

	(void)ctx;
	do {
		k = read(sock, data, n);
	} while (k < 0 && errno == EINTR);
	return k > 0 ? (int)k : -1;
}

static int
low_write(void *ctx, const unsigned char *data, size_t n)
{
	ssize_t k;

	(void)ctx;
	do {
		k = write(sock, data, n);
	} while (k < 0 && errno == EINTR);
	return k > 0 ? (int)k : -1;
}

static void
tls_open(int port)
{
	static const uint16_t suites[] = {
		BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
	};
	struct sockaddr_in a = { 0 };
	int on = 1;

	a.sin_family = AF_INET;
	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0 || connect(sock, (struct sockaddr *)&a, sizeof(a)) != 0)
		die("no connection");
	setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	br_x509_minimal_context unused;
	br_ssl_client_init_full(&client, &unused, NULL, 0);
	br_ssl_engine_set_suites(&client.eng, suites, 1);
	believer.vtable = &believer_class;
	br_ssl_engine_set_x509(&client.eng, &believer.vtable);
	br_ssl_engine_set_buffer(&client.eng, record, sizeof(record), 1);
	br_ssl_client_reset(&client, "localhost", 0);
	br_sslio_init(&io, &client.eng, low_read, NULL, low_write, NULL);
}

/* --- XML: ids, cursor and bodies, nothing else -------------------------- */

static char **ids;
static size_t nids, cap_ids;
static char cursor[65536];
static size_t cursor_len;
static int last_page;

static sqlite3_stmt *insert;
static char *body;
static size_t body_len, body_cap;
static char item_id[4096];
static enum { NOTHING, CURSOR, BODY, LAST } want;
static long long stored;

static void
keep_id(const char *id)
{
	if (nids == cap_ids) {
		cap_ids = cap_ids == 0 ? 1024 : cap_ids * 2;
		ids = realloc(ids, cap_ids * sizeof(*ids));
		if (ids == NULL)
			die("memory");
	}
	ids[nids] = strdup(id);
	if (ids[nids++] == NULL)
		die("memory");
}

static const char *
local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

static void
start_element(void *arg, const char *name, const char **attr)
{
	const int *syncing = arg;

	name = local(name);
	if (strcmp(name, "ItemId") == 0 && strcmp(attr[0], "Id") == 0) {
		if (*syncing)
			keep_id(attr[1]);
		else
			snprintf(item_id, sizeof(item_id), "%s", attr[1]);
	} else if (strcmp(name, "Body") == 0 && !*syncing) {
		want = BODY;
		body_len = 0;
	} else if (strcmp(name, "SyncState") == 0) {
		want = CURSOR;
		cursor_len = 0;
	} else if (strcmp(name, "IncludesLastItemInRange") == 0) {
		want = LAST;
	}
}

static void
text(void *arg, const char *s, int n)
{
	size_t k = (size_t)n;

	(void)arg;
	if (want == BODY) {
		if (body_len + k > body_cap) {
			body_cap = (body_len + k) * 2;
			body = realloc(body, body_cap);
			if (body == NULL)
				die("memory");
		}
		memcpy(body + body_len, s, k);
		body_len += k;
	} else if (want == CURSOR && cursor_len + k < sizeof(cursor)) {
		memcpy(cursor + cursor_len, s, k);
		cursor_len += k;
	} else if (want == LAST) {
		last_page = s[0] == 't';
	}
}

static void
end_element(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	if (want == BODY && strcmp(local(name), "Body") == 0) {
		sqlite3_bind_text(insert, 1, item_id, -1, SQLITE_STATIC);
		sqlite3_bind_text(
		    insert, 2, body, (int)body_len, SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			die("insert");
		sqlite3_reset(insert);
		stored++;
	}
	want = NOTHING;
}

/* --- one exchange ------------------------------------------------------- */

static char *request;
static size_t request_len, request_cap;
static const char *credentials, *mailbox, *folder;
static long long received;

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	va_list ap;
	int n;

	if (request_cap - request_len < 65536) {
		request_cap = request_cap * 2 + 131072;
		request = realloc(request, request_cap);
		if (request == NULL)
			die("memory");
	}
	va_start(ap, fmt);
	n = vsnprintf(
	    request + request_len, request_cap - request_len, fmt, ap);
	va_end(ap);
	request_len += (size_t)n;
}

static unsigned char in[65536];
static size_t in_at, in_end;

/* At least one byte more into in[]. */
static void
fill(void)
{
	int k = br_sslio_read(&io, in, sizeof(in));

	if (k <= 0)
		die("connection ended");
	in_at = 0;
	in_end = (size_t)k;
	received += k;
}

static size_t
line(char *out, size_t max)
{
	size_t n = 0;
	int c;

	do {
		if (in_at == in_end)
			fill();
		c = in[in_at++];
		if (n + 1 < max && c != '\r' && c != '\n')
			out[n++] = (char)c;
	} while (c != '\n');
	out[n] = '\0';
	return n;
}

static void
feed(XML_Parser p, unsigned long long n)
{
	while (n > 0) {
		if (in_at == in_end)
			fill();
		size_t k = in_end - in_at < n ? in_end - in_at : (size_t)n;
		if (XML_Parse(p, (const char *)in + in_at, (int)k, 0) !=
		    XML_STATUS_OK)
			die("XML");
		in_at += k;
		n -= k;
	}
}

static void
receive(int syncing)
{
	XML_Parser p = XML_ParserCreate("UTF-8");
	char head[1024];
	unsigned long long n = 0;
	int chunked = 0;

	line(head, sizeof(head));
	if (strncmp(head, "HTTP/1.1 200", 12) != 0)
		die(head);
	while (line(head, sizeof(head)) > 0) {
		if (strncasecmp(head, "Content-Length:", 15) == 0)
			n = strtoull(head + 15, NULL, 10);
		else if (strncasecmp(head, "Transfer-Encoding:", 18) == 0)
			chunked = 1;
	}
	XML_SetUserData(p, &syncing);
	XML_SetElementHandler(p, start_element, end_element);
	XML_SetCharacterDataHandler(p, text);
	if (!chunked)
		feed(p, n);
	while (chunked) {
		line(head, sizeof(head));
		n = strtoull(head, NULL, 16);
		feed(p, n);
		line(head, sizeof(head));
		if (n == 0)
			break;
	}
	XML_ParserFree(p);
}

static void
begin(void)
{
	request_len = 0;
	say("<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope "
	    "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
	    "xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/"
	    "types\" xmlns:m=\"http://schemas.microsoft.com/exchange/services/"
	    "2006/messages\"><s:Header><t:RequestServerVersion "
	    "Version=\"Exchange2013\"/><t:ExchangeImpersonation>"
	    "<t:ConnectingSID><t:PrimarySmtpAddress>%s</t:PrimarySmtpAddress>"
	    "</t:ConnectingSID></t:ExchangeImpersonation></s:Header><s:Body>",
	    mailbox);
}

static void
exchange(int syncing)
{
	char head[1024];
	int n;

	say("</s:Body></s:Envelope>");
	n = snprintf(head, sizeof(head),
	    "POST /EWS/Exchange.asmx HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Type: text/xml; charset=utf-8\r\n"
	    "Authorization: Basic %s\r\nX-AnchorMailbox: %s\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    credentials, mailbox, request_len);
	if (br_sslio_write_all(&io, head, (size_t)n) != 0 ||
	    br_sslio_write_all(&io, request, request_len) != 0 ||
	    br_sslio_flush(&io) != 0)
		die("cannot send");
	receive(syncing);
}

static void
sync_page(void)
{
	begin();
	say("<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
	    "<t:AdditionalProperties>"
	    "<t:FieldURI FieldURI=\"item:DateTimeReceived\"/>"
	    "<t:FieldURI FieldURI=\"item:Size\"/>"
	    "</t:AdditionalProperties></m:ItemShape><m:SyncFolderId>"
	    "<t:FolderId Id=\"%s\"/></m:SyncFolderId>",
	    folder);
	if (cursor_len > 0)
		say("<m:SyncState>%.*s</m:SyncState>", (int)cursor_len, cursor);
	say("<m:MaxChangesReturned>%d</m:MaxChangesReturned>"
	    "</m:SyncFolderItems>",
	    PAGE);
	exchange(1);
}

static void
get_items(size_t from, size_t to)
{
	static const char *const field[] = { "item:Subject",
		"item:DateTimeReceived", "item:DateTimeSent",
		"item:DateTimeCreated", "item:Size", "item:Importance",
		"item:Sensitivity", "item:Categories", "item:InReplyTo",
		"item:HasAttachments", "item:ItemClass", "item:IsDraft",
		"item:ConversationId", "item:Body", "item:Attachments",
		"message:From", "message:Sender", "message:ToRecipients",
		"message:CcRecipients", "message:BccRecipients",
		"message:ReplyTo", "message:InternetMessageId",
		"message:References", "message:IsRead" };
	static const char *const tag[] = { "0x5D01", "0x5D02", "0x007D" };
	size_t i;

	begin();
	say("<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
	    "<t:BodyType>Best</t:BodyType><t:AdditionalProperties>");
	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		say("<t:FieldURI FieldURI=\"%s\"/>", field[i]);
	for (i = 0; i < sizeof(tag) / sizeof(tag[0]); i++)
		say("<t:ExtendedFieldURI PropertyTag=\"%s\" "
		    "PropertyType=\"String\"/>",
		    tag[i]);
	say("<t:ExtendedFieldURI PropertyTag=\"0x3008\" "
	    "PropertyType=\"SystemTime\"/>"
	    "</t:AdditionalProperties></m:ItemShape><m:ItemIds>");
	for (i = from; i < to; i++)
		say("<t:ItemId Id=\"%s\"/>", ids[i]);
	say("</m:ItemIds></m:GetItem>");
	exchange(0);
}

int
main(int argc, char **argv)
{
	sqlite3 *db;
	size_t i;

	if (argc != 6)
		die("usage: floor PORT CREDENTIALS MAILBOX FOLDER-ID DATABASE");
	credentials = argv[2];
	mailbox = argv[3];
	folder = argv[4];
	if (sqlite3_open(argv[5], &db) != SQLITE_OK ||
	    sqlite3_exec(db,
		"PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=NORMAL;"
		"CREATE TABLE mail(id INTEGER PRIMARY KEY,"
		" item TEXT, body TEXT)",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO mail(item, body) VALUES(?, ?)",
		-1, &insert, NULL) != SQLITE_OK)
		die("database");
	tls_open(atoi(argv[1]));
	while (!last_page) {
		nids = 0;
		sync_page();
		for (i = 0; i < nids; i += BATCH) {
			sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
			get_items(i, i + BATCH < nids ? i + BATCH : nids);
			sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		}
		while (nids > 0)
			free(ids[--nids]);
	}
	sqlite3_finalize(insert);
	sqlite3_close(db);
	printf("%lld %lld\n", stored, received);
	return 0;
}
