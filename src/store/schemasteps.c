/*
 * schemasteps.c - the tables, as SQL that explains itself.
 * 1. schema_steps[i] brings version i to version i + 1. A step that has been
 *    released is frozen: not a letter of it is edited any more, comments
 *    included (tests/unit/test_migrate.c holds its hash). What is to change
 *    is a further step. A new file runs them all, so there is one way to a
 *    schema, and --schema prints what that way leads to. Versions 1 to 4 are
 *    released.
 */
#include "store/db.h"
#include "store/schema.h"

/*
 * Why the tables of a mail are views: a mail's public key is a hash, and a
 * table or index in the order of hashes is written to at a random page for
 * each row. With five of them a first sync cost three times the CPU, and more
 * with every mail already there. So the rows lie in the order in which they
 * came, under a private number n, and one index leads from id to n.
 * email and email_body are one row, so that a LEFT JOIN with email_body is
 * planned as well as a JOIN.
 *
 * The indexes, all of them: sync_email.id (every look-up by id);
 * sync_email_variant (partial; the few variants of a Message-ID);
 * folder_mailbox (one mailbox's folders); blob.sha256; sync_edition_email (the
 * few mails whose copies differ). The others are primary keys of tables
 * WITHOUT ROWID, which are the table itself.
 */
/* clang-format off */
static const char *const version_1[] = {
"CREATE TABLE meta(\n"
"  -- facts about this file\n"
"  key TEXT PRIMARY KEY, -- generation, created_at, created_by\n"
"  value TEXT NOT NULL -- generation: a new value means: import everything"
" again\n"
") WITHOUT ROWID",

"CREATE TABLE party(\n"
"  -- INPUT: whom the CRM knows. Written by the CRM, or from the CSV files\n"
"  crm_type TEXT NOT NULL, -- user, contact, lead, account, ...\n"
"  crm_id TEXT NOT NULL, -- the person's id in the CRM\n"
"  address TEXT NOT NULL, -- one of the person's SMTP addresses\n"
"  name TEXT, -- display name, for people who read this table\n"
"  source TEXT NOT NULL DEFAULT 'crm', -- crm, or csv: kept equal to the"
" files\n"
"  PRIMARY KEY(crm_type, crm_id, address)\n"
") WITHOUT ROWID",

"CREATE TABLE mailbox(\n"
"  -- one row for each mailbox that exsync reads\n"
"  address TEXT PRIMARY KEY, -- its SMTP address, normalised\n"
"  profile TEXT NOT NULL, -- the e-mail server profile of the INI\n"
"  type TEXT NOT NULL, -- user, queue\n"
"  crm_id TEXT, -- the CRM user it belongs to\n"
"  state TEXT NOT NULL, -- waiting (for approval), testing, enabled,"
" disabled, failing\n"
"  incoming TEXT NOT NULL DEFAULT 'not_run', -- not_run, success, failure,"
" disabled (not read: incoming = no, or nobody's any more)\n"
"  outgoing TEXT NOT NULL DEFAULT 'not_run', -- not_run, success, failure,"
" disabled\n"
"  act TEXT NOT NULL DEFAULT 'not_run', -- appointments, contacts, tasks:"
" as incoming\n"
"  last_ok_at TEXT, -- end of the last good pass, UTC\n"
"  last_error TEXT, -- what went wrong in the last pass; NULL: nothing\n"
"  passes INTEGER NOT NULL DEFAULT 0, -- passes finished so far\n"
"  retry_at TEXT -- left alone until then, UTC\n"
") WITHOUT ROWID",

"CREATE TABLE folder(\n"
"  -- the folders of each mailbox\n"
"  id INTEGER PRIMARY KEY, -- what email_copy.folder refers to\n"
"  mailbox TEXT NOT NULL REFERENCES mailbox(address), -- whose folder\n"
"  path TEXT NOT NULL, -- names from the top: Inbox/Projects\n"
"  well_known TEXT, -- inbox, sentitems, ...; NULL: a folder of the user's\n"
"  folder_id TEXT NOT NULL, -- the server's id, opaque\n"
"  class TEXT, -- IPF.Note, ...\n"
"  total INTEGER, -- items in it as the server counts them\n"
"  removed_at TEXT -- gone from the mailbox since, UTC\n"
")",
"CREATE INDEX folder_mailbox ON folder(mailbox)",

"CREATE TABLE sync_folder(\n"
"  -- private: how far each folder has been read\n"
"  folder INTEGER PRIMARY KEY REFERENCES folder(id), -- which folder\n"
"  cursor TEXT, -- the server's sync state, opaque; NULL: from the start\n"
"  marker TEXT, -- change marker at the last complete read\n"
"  walk INTEGER NOT NULL DEFAULT 0, -- number of the latest full walk\n"
"  walking INTEGER NOT NULL DEFAULT 0 -- 1: under way, 2: asked for, 3: that one\n"
")",

"CREATE TABLE sync_key(\n"
"  -- private: the random key of the hashes in decision.parties\n"
"  id INTEGER PRIMARY KEY, -- 1\n"
"  key BLOB NOT NULL -- 32 bytes\n"
")",

"CREATE TABLE sync_email(\n"
"  -- private: the rows behind the views email and email_body\n"
"  n INTEGER PRIMARY KEY, -- the mails in the order of their arrival\n"
"  id TEXT NOT NULL UNIQUE, -- see view email for this and what follows\n"
"  variant_of INTEGER, -- n of the first mail with this Message-ID\n"
"  message_id TEXT, -- see view email\n"
"  in_reply_to TEXT, -- see view email\n"
"  refs TEXT, -- see view email\n"
"  conversation_id TEXT, -- see view email\n"
"  thread_id TEXT NOT NULL, -- see view email\n"
"  direction TEXT NOT NULL, -- see view email\n"
"  subject TEXT, -- see view email\n"
"  sent_at TEXT, -- see view email\n"
"  received_at TEXT, -- see view email\n"
"  importance TEXT, -- see view email\n"
"  sensitivity TEXT, -- see view email\n"
"  item_class TEXT, -- see view email\n"
"  has_attachments INTEGER NOT NULL, -- see view email\n"
"  size INTEGER, -- see view email\n"
"  body_state TEXT NOT NULL, -- see view email\n"
"  headers TEXT, -- see view email\n"
"  text TEXT, -- see view email_body\n"
"  html TEXT -- see view email_body\n"
")",
"CREATE INDEX sync_email_variant ON sync_email(variant_of)\n"
"  WHERE variant_of IS NOT NULL",

"CREATE VIEW email(\n"
"  -- one row for each mail, however many mailboxes hold it\n"
"  id, -- 32 hex digits, a hash of the Message-ID; the same in a rebuilt"
" file\n"
"  message_id, -- with its <>; NULL: the mail has none\n"
"  in_reply_to, -- Message-ID of the mail it answers\n"
"  refs, -- the References header: Message-IDs, oldest first\n"
"  conversation_id, -- the server's own, opaque\n"
"  thread_id, -- the same for all mails of a thread: email.id of its first\n"
"  direction, -- in, out, internal\n"
"  subject, -- as in the mail\n"
"  sent_at, -- UTC, 2026-11-20T08:16:00Z\n"
"  received_at, -- UTC\n"
"  importance, -- low, normal, high\n"
"  sensitivity, -- normal, personal, private, confidential\n"
"  item_class, -- IPM.Note, IPM.Note.SMIME, IPM.Schedule.Meeting.Request,"
" ...\n"
"  has_attachments, -- 0, 1\n"
"  size, -- bytes, as the server says\n"
"  body_state, -- full, headers (no body wanted), too_large, failed\n"
"  headers -- the raw header block, where the server tells it\n"
") AS SELECT id, message_id, in_reply_to, refs, conversation_id, thread_id,\n"
"  direction, subject, sent_at, received_at, importance, sensitivity,\n"
"  item_class, has_attachments, size, body_state, headers FROM sync_email",

"CREATE VIEW email_body(\n"
"  -- one row for each mail; the text in the form in which it was written\n"
"  email_id, -- email.id\n"
"  text, -- plain text, or NULL\n"
"  html -- HTML, or NULL\n"
") AS SELECT id, text, html FROM sync_email",

"CREATE TABLE sync_party(\n"
"  -- private: the rows behind the view email_party\n"
"  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n\n"
"  role TEXT NOT NULL, -- see view email_party for this and what follows\n"
"  position INTEGER NOT NULL, -- see view email_party\n"
"  address TEXT, -- see view email_party\n"
"  name TEXT, -- see view email_party\n"
"  raw_address TEXT, -- see view email_party\n"
"  PRIMARY KEY(email, role, position)\n"
") WITHOUT ROWID",
"CREATE VIEW email_party(\n"
"  -- senders and recipients\n"
"  email_id, -- email.id\n"
"  role, -- from, sender, to, cc, bcc, reply_to\n"
"  position, -- 0, 1, ... within the role\n"
"  address, -- SMTP address as written; NULL: it has none\n"
"  name, -- display name\n"
"  raw_address -- what it was where it was not SMTP (/o=.../cn=...)\n"
") AS SELECT e.id, p.role, p.position, p.address, p.name, p.raw_address\n"
"  FROM sync_party p JOIN sync_email e ON e.n = p.email",

"CREATE TABLE sync_link(\n"
"  -- private: the rows behind the view email_link\n"
"  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n\n"
"  crm_type TEXT NOT NULL, -- see view email_link for this and what"
" follows\n"
"  crm_id TEXT NOT NULL, -- see view email_link\n"
"  role TEXT NOT NULL, -- see view email_link\n"
"  PRIMARY KEY(email, crm_type, crm_id)\n"
") WITHOUT ROWID",
"CREATE VIEW email_link(\n"
"  -- one row for each user and contact whom the mail concerns\n"
"  email_id, -- email.id\n"
"  crm_type, -- party.crm_type\n"
"  crm_id, -- party.crm_id\n"
"  role -- the first of from, sender, to, cc, bcc in which they appear\n"
") AS SELECT e.id, l.crm_type, l.crm_id, l.role\n"
"  FROM sync_link l JOIN sync_email e ON e.n = l.email",

"CREATE TABLE sync_copy(\n"
"  -- private: the rows behind the view email_copy\n"
"  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n\n"
"  item_id TEXT NOT NULL, -- see view email_copy for this and what"
" follows\n"
"  mailbox TEXT NOT NULL, -- see view email_copy\n"
"  folder INTEGER NOT NULL REFERENCES folder(id), -- see view email_copy\n"
"  is_read INTEGER NOT NULL, -- see view email_copy\n"
"  removed_at TEXT, -- see view email_copy\n"
"  PRIMARY KEY(email, item_id, mailbox)\n"
") WITHOUT ROWID",
"CREATE VIEW email_copy(\n"
"  -- one row for each place where the mail lies or lay\n"
"  email_id, -- email.id\n"
"  mailbox, -- mailbox.address\n"
"  folder, -- folder.id\n"
"  item_id, -- the server's id of this copy, opaque; another after a move\n"
"  is_read, -- 0, 1\n"
"  removed_at -- moved or deleted since, UTC; NULL: it lies there\n"
") AS SELECT e.id, c.mailbox, c.folder, c.item_id, c.is_read, c.removed_at\n"
"  FROM sync_copy c JOIN sync_email e ON e.n = c.email",

"CREATE TABLE blob(\n"
"  -- contents of attachments, each once\n"
"  n INTEGER PRIMARY KEY, -- for incremental reading (sqlite3_blob_open)\n"
"  sha256 TEXT NOT NULL UNIQUE, -- 64 hex digits\n"
"  size INTEGER NOT NULL, -- bytes\n"
"  data BLOB NOT NULL -- the content\n"
")",

"CREATE TABLE sync_attachment(\n"
"  -- private: the rows behind the view attachment\n"
"  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n\n"
"  position INTEGER NOT NULL, -- see view attachment for this and what"
" follows\n"
"  name TEXT, -- see view attachment\n"
"  media_type TEXT, -- see view attachment\n"
"  size INTEGER, -- see view attachment\n"
"  content_id TEXT, -- see view attachment\n"
"  inline INTEGER NOT NULL, -- see view attachment\n"
"  kind TEXT NOT NULL, -- see view attachment\n"
"  sha256 TEXT, -- see view attachment\n"
"  state TEXT, -- see view attachment\n"
"  url TEXT, -- see view attachment\n"
"  PRIMARY KEY(email, position)\n"
") WITHOUT ROWID",
"CREATE VIEW attachment(\n"
"  -- the attachments of each mail\n"
"  email_id, -- email.id\n"
"  position, -- 0, 1, ...\n"
"  name, -- file name as the sender wrote it: never use it as a path\n"
"  media_type, -- image/png, message/rfc822, ...\n"
"  size, -- bytes\n"
"  content_id, -- what cid: links in the HTML refer to\n"
"  inline, -- 1: shown inside the text\n"
"  kind, -- file, item (an attached message), reference (a link)\n"
"  sha256, -- blob.sha256; NULL: the content is not stored\n"
"  state, -- full, too_large, failed, reference, skipped, gone\n"
"  url -- where a reference points\n"
") AS SELECT e.id, a.position, a.name, a.media_type, a.size, a.content_id,\n"
"  a.inline, a.kind, a.sha256, a.state, a.url\n"
"  FROM sync_attachment a JOIN sync_email e ON e.n = a.email",

"CREATE TABLE change(\n"
"  -- what happened, in order: read seq > the last one you have seen\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- grows; a number never comes"
" twice\n"
"  entity TEXT NOT NULL, -- email, email_copy\n"
"  entity_id TEXT NOT NULL, -- email.id, for both\n"
"  op TEXT NOT NULL, -- email: insert, update (text, people, links,"
" attachments); email_copy: insert (a further place), update (read flag,"
" folder), delete (removed_at set)\n"
"  at TEXT NOT NULL -- UTC\n"
")",

"CREATE TABLE consumer(\n"
"  -- INPUT: written by the CRM: how far it has read\n"
"  name TEXT PRIMARY KEY, -- who\n"
"  acked_seq INTEGER NOT NULL DEFAULT 0 -- change.seq imported so far\n"
") WITHOUT ROWID",

"CREATE TABLE decision(\n"
"  -- every message seen, and what was decided about it\n"
"  mailbox TEXT NOT NULL, -- mailbox.address\n"
"  item TEXT NOT NULL, -- the server's item id\n"
"  message_id TEXT, -- with its <>, where it is known\n"
"  verdict TEXT NOT NULL, -- keep, headers (kept without text), skip,"
" failed\n"
"  rule TEXT, -- what decided: match, rule NAME, process_email_from, draft,"
" ...\n"
"  at TEXT NOT NULL, -- when it was decided, UTC\n"
"  folder INTEGER, -- folder.id\n"
"  change_key TEXT, -- the version of the item that was decided\n"
"  parties TEXT, -- of mail not kept: keyed hashes of its addresses\n"
"  email INTEGER, -- private: sync_email.n\n"
"  state INTEGER NOT NULL DEFAULT 0, -- private: 0 there, 1 gone from its"
" folder, 2 waits in failure, 3 likewise and is being moved\n"
"  walk INTEGER NOT NULL DEFAULT 0, -- private: last full walk that saw it\n"
"  PRIMARY KEY(mailbox, item)\n"
") WITHOUT ROWID",

"CREATE TABLE failure(\n"
"  -- messages that could not be stored yet\n"
"  mailbox TEXT NOT NULL, -- mailbox.address\n"
"  item TEXT NOT NULL, -- the server's item id\n"
"  folder INTEGER, -- folder.id\n"
"  class TEXT NOT NULL, -- retry, auth, config, item, gone, resync, fatal\n"
"  code TEXT, -- the protocol's own name for it\n"
"  message TEXT, -- for a person\n"
"  tries INTEGER NOT NULL, -- so far\n"
"  next_try TEXT, -- UTC; NULL: it will not be tried again\n"
"  first_at TEXT NOT NULL, -- UTC\n"
"  moved_at TEXT, -- moved to the mailbox' folder Undeliverable, UTC\n"
"  PRIMARY KEY(mailbox, item)\n"
") WITHOUT ROWID",

"CREATE TABLE alert(\n"
"  -- what an administrator should know: said once, resolved once\n"
"  scope TEXT NOT NULL, -- profile NAME, mailbox ADDRESS, ...\n"
"  code TEXT NOT NULL, -- what kind of trouble\n"
"  severity TEXT NOT NULL, -- warning, error\n"
"  text TEXT NOT NULL, -- for a person\n"
"  first_at TEXT NOT NULL, -- UTC\n"
"  last_at TEXT NOT NULL, -- UTC\n"
"  count INTEGER NOT NULL DEFAULT 1, -- how often it was met\n"
"  resolved_at TEXT, -- UTC; NULL: open\n"
"  PRIMARY KEY(scope, code, first_at)\n"
") WITHOUT ROWID",

"CREATE TABLE run(\n"
"  -- each pass\n"
"  id INTEGER PRIMARY KEY, -- in order\n"
"  started TEXT NOT NULL, -- UTC\n"
"  finished TEXT, -- UTC\n"
"  outcome TEXT NOT NULL, -- running, ok, partial, failed, interrupted\n"
"  mailboxes INTEGER, -- visited\n"
"  mailboxes_failed INTEGER, -- of these\n"
"  seen INTEGER, -- messages the servers told of\n"
"  emails INTEGER, -- new mails\n"
"  copies INTEGER, -- new places, the first of each mail included\n"
"  skipped INTEGER, -- messages that a rule left out\n"
"  failed INTEGER, -- messages that went to failure\n"
"  removed INTEGER, -- copies that went away\n"
"  updated INTEGER, -- mails and copies that changed\n"
"  attachments INTEGER, -- new attachments with content\n"
"  requests INTEGER, -- to the servers\n"
"  bytes INTEGER -- received\n"
")",
NULL
};

/* What --status, alerts and cursors need to know from one pass to the next. */
static const char *const version_2[] = {
"CREATE TABLE sync_ahead(\n"
"  -- private: items written before the cursor that passes them\n"
"  folder INTEGER NOT NULL REFERENCES folder(id), -- which folder\n"
"  item TEXT NOT NULL, -- the server's item id\n"
"  PRIMARY KEY(folder, item)\n"
") WITHOUT ROWID",

"CREATE TABLE sync_mailbox(\n"
"  -- private: what else is known of each mailbox\n"
"  address TEXT PRIMARY KEY, -- mailbox.address\n"
"  first_at TEXT NOT NULL -- the pass that met it first, UTC\n"
") WITHOUT ROWID",

"CREATE TABLE sync_login(\n"
"  -- private: logins that were rejected, and when they are tried again\n"
"  scope TEXT PRIMARY KEY, -- profile NAME, mailbox ADDRESS; access ADDRESS:"
" a mailbox that was denied\n"
"  hash TEXT NOT NULL, -- keyed hash of the credentials; empty: of none\n"
"  tries INTEGER NOT NULL, -- rejected so often\n"
"  first_at TEXT NOT NULL, -- for the first time, UTC\n"
"  last_at TEXT NOT NULL, -- for the last time, UTC\n"
"  retry_at TEXT NOT NULL, -- not tried before, UTC\n"
"  text TEXT NOT NULL -- what the server said, for a person\n"
") WITHOUT ROWID",

"CREATE TABLE sync_day(\n"
"  -- private: how much mail came, for --status; of the last weeks only\n"
"  day TEXT NOT NULL, -- on which it was received, UTC\n"
"  mailbox TEXT NOT NULL, -- mailbox.address\n"
"  n INTEGER NOT NULL, -- mails\n"
"  PRIMARY KEY(day, mailbox)\n"
") WITHOUT ROWID",
NULL
};

/* An alert_command that fails, or a crash before it ran, loses no news. */
static const char *const version_3[] = {
"CREATE TABLE sync_news(\n"
"  -- private: alerts that opened or resolved, and alert_command was not told"
" yet\n"
"  scope TEXT NOT NULL, -- alert.scope\n"
"  code TEXT NOT NULL, -- alert.code\n"
"  first_at TEXT NOT NULL, -- alert.first_at\n"
"  PRIMARY KEY(scope, code, first_at)\n"
") WITHOUT ROWID",
NULL
};

/*
 * Copies of one mail may differ, in a banner say: what each says is kept, so
 * that the mail can be told anew from those that are left when one goes.
 * Contents are counted, so that one that nobody refers to goes, too.
 */
static const char *const version_4[] = {
"CREATE TABLE sync_edition(\n"
"  -- private: what the copies of a mail say where they differ: one row for"
" each\n"
"  -- way in which a copy that lies somewhere says it; none while all say the"
" same\n"
"  n INTEGER PRIMARY KEY, -- sync_copy.edition\n"
"  email INTEGER NOT NULL REFERENCES sync_email(n), -- of which mail\n"
"  digest TEXT NOT NULL, -- of all that it says\n"
"  body TEXT NOT NULL, -- of its text and html\n"
"  weight INTEGER NOT NULL, -- how much text it has; -1: it is not known\n"
"  contents INTEGER NOT NULL, -- attachments whose content is there\n"
"  direction TEXT NOT NULL, -- as in view email, like what follows\n"
"  subject TEXT, -- see view email\n"
"  sent_at TEXT, -- see view email\n"
"  importance TEXT, -- see view email\n"
"  sensitivity TEXT, -- see view email\n"
"  has_attachments INTEGER NOT NULL, -- see view email\n"
"  body_state TEXT NOT NULL, -- see view email\n"
"  differs INTEGER NOT NULL, -- 1: text and html are here; 0: the mail shows"
" them\n"
"  text TEXT, -- see view email_copy_text\n"
"  html TEXT -- see view email_copy_text\n"
")",
"CREATE INDEX sync_edition_email ON sync_edition(email)",

"CREATE TABLE sync_edition_party(\n"
"  -- private: as sync_party\n"
"  edition INTEGER NOT NULL REFERENCES sync_edition(n), -- sync_edition.n\n"
"  role TEXT NOT NULL, -- see view email_party for this and what follows\n"
"  position INTEGER NOT NULL, -- see view email_party\n"
"  address TEXT, -- see view email_party\n"
"  name TEXT, -- see view email_party\n"
"  raw_address TEXT, -- see view email_party\n"
"  PRIMARY KEY(edition, role, position)\n"
") WITHOUT ROWID",

"CREATE TABLE sync_edition_link(\n"
"  -- private: as sync_link\n"
"  edition INTEGER NOT NULL REFERENCES sync_edition(n), -- sync_edition.n\n"
"  crm_type TEXT NOT NULL, -- see view email_link for this and what"
" follows\n"
"  crm_id TEXT NOT NULL, -- see view email_link\n"
"  role TEXT NOT NULL, -- see view email_link\n"
"  PRIMARY KEY(edition, crm_type, crm_id)\n"
") WITHOUT ROWID",

"CREATE TABLE sync_edition_attachment(\n"
"  -- private: as sync_attachment\n"
"  edition INTEGER NOT NULL REFERENCES sync_edition(n), -- sync_edition.n\n"
"  position INTEGER NOT NULL, -- see view attachment for this and what"
" follows\n"
"  name TEXT, -- see view attachment\n"
"  media_type TEXT, -- see view attachment\n"
"  size INTEGER, -- see view attachment\n"
"  content_id TEXT, -- see view attachment\n"
"  inline INTEGER NOT NULL, -- see view attachment\n"
"  kind TEXT NOT NULL, -- see view attachment\n"
"  sha256 TEXT, -- see view attachment\n"
"  state TEXT, -- see view attachment\n"
"  url TEXT, -- see view attachment\n"
"  PRIMARY KEY(edition, position)\n"
") WITHOUT ROWID",

"ALTER TABLE sync_copy ADD COLUMN edition INTEGER"
" /* sync_edition.n; NULL: says what the mail says */",
"ALTER TABLE sync_copy ADD COLUMN modified INTEGER"
" /* when the server saw it changed last, seconds since 1970; -1: an older"
" program wrote it, and it is to be asked again */",
"ALTER TABLE sync_copy ADD COLUMN size INTEGER"
" /* bytes, as the server says */",
"ALTER TABLE sync_copy ADD COLUMN attached TEXT"
" /* hashes of the server's ids of its attachments */",

"DROP VIEW email_copy",
"CREATE VIEW email_copy(\n"
"  -- one row for each place where the mail lies or lay\n"
"  email_id, -- email.id\n"
"  mailbox, -- mailbox.address\n"
"  folder, -- folder.id\n"
"  item_id, -- the server's id of this copy, opaque; another after a move\n"
"  is_read, -- 0, 1\n"
"  removed_at, -- moved or deleted since, UTC; NULL: it lies there\n"
"  text_differs -- 1: its text is not that of email_body (a banner, a"
" disclaimer): see email_copy_text\n"
") AS SELECT e.id, c.mailbox, c.folder, c.item_id, c.is_read, c.removed_at,\n"
"  ifnull((SELECT x.differs FROM sync_edition x WHERE x.n = c.edition), 0)\n"
"  FROM sync_copy c JOIN sync_email e ON e.n = c.email",
"CREATE VIEW email_copy_text(\n"
"  -- the own text of copies whose text is not that of email_body\n"
"  email_id, -- email.id\n"
"  mailbox, -- mailbox.address\n"
"  item_id, -- email_copy.item_id\n"
"  text, -- plain text, or NULL\n"
"  html -- HTML, or NULL\n"
") AS SELECT e.id, c.mailbox, c.item_id, x.text, x.html\n"
"  FROM sync_copy c JOIN sync_edition x ON x.n = c.edition AND x.differs = 1\n"
"  JOIN sync_email e ON e.n = c.email",

"CREATE TABLE sync_blob(\n"
"  -- private: how many attachments have each content\n"
"  blob INTEGER PRIMARY KEY REFERENCES blob(n), -- blob.n\n"
"  refs INTEGER NOT NULL -- rows of sync_attachment and"
" sync_edition_attachment\n"
")",
"INSERT INTO sync_blob(blob, refs) SELECT b.n, count(a.email) FROM blob b\n"
"  LEFT JOIN sync_attachment a ON a.sha256 = b.sha256 GROUP BY b.n",
"CREATE TABLE sync_blob_loose(\n"
"  -- private: contents that no attachment has, or had when they came\n"
"  blob INTEGER PRIMARY KEY REFERENCES blob(n) -- blob.n\n"
")",
"INSERT INTO sync_blob_loose(blob) SELECT blob FROM sync_blob WHERE refs = 0",

/* ids of mail that is there stay (variant.h) */
"INSERT INTO meta(key, value) SELECT 'ids', 'settled'\n"
"  WHERE EXISTS(SELECT 1 FROM sync_email)",

/* What each copy says was not kept: those that are not alone are asked
 * again, in a full walk of the folders that they lie in (item.c). */
"UPDATE sync_copy SET modified = -1 WHERE removed_at IS NULL AND email IN(\n"
"  SELECT email FROM sync_copy GROUP BY email HAVING count(*) > 1)",
"UPDATE sync_folder SET cursor = NULL, marker = NULL, walking = 1\n"
"  WHERE walking = 0 AND cursor IS NOT NULL AND folder IN(\n"
"  SELECT folder FROM sync_copy WHERE modified = -1)",
NULL
};

/*
 * What was left out is decided anew when people or settings change. A pass over
 * one mailbox that came to its end says nothing of the others. A
 * marker of whole seconds says nothing of a change in its own second. And what
 * code says is for people: which failures are slow is a column.
 */
static const char *const version_5[] = {
"CREATE TABLE sync_run(\n"
"  -- private: passes that were restricted to a part of the mailboxes\n"
"  id INTEGER PRIMARY KEY, -- run.id\n"
"  wanted TEXT NOT NULL -- to what: --mailbox ADDRESS ..., --profile NAME\n"
")",
"ALTER TABLE sync_folder ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0"
" /* when marker was seen first, milliseconds since 1970, while a change may"
" hide behind it; 0: none can */",
/* Nobody wrote down when the markers were seen: each is read once more. */
"UPDATE sync_folder SET unsettled = 1 WHERE marker IS NOT NULL",
/* Made anew, so that its columns explain themselves as those of others do. */
"CREATE TEMP TABLE failure_before AS SELECT * FROM failure",
"DROP TABLE failure",
"CREATE TABLE failure(\n"
"  -- messages that could not be stored yet\n"
"  mailbox TEXT NOT NULL, -- mailbox.address\n"
"  item TEXT NOT NULL, -- the server's item id\n"
"  folder INTEGER, -- folder.id\n"
"  class TEXT NOT NULL, -- retry, auth, config, item, gone, resync, fatal\n"
"  code TEXT, -- the protocol's own name for it\n"
"  message TEXT, -- for a person\n"
"  tries INTEGER NOT NULL, -- so far\n"
"  next_try TEXT, -- UTC; NULL: it will not be tried again\n"
"  first_at TEXT NOT NULL, -- UTC\n"
"  moved_at TEXT, -- moved to the mailbox's folder Undeliverable, UTC\n"
"  slow INTEGER NOT NULL DEFAULT 0, -- 1: it took too long: tried again alone\n"
"  message_id TEXT, -- with its <>; NULL, like what follows: not known yet\n"
"  subject TEXT, -- as in the mail\n"
"  sent_at TEXT, -- UTC\n"
"  received_at TEXT, -- UTC\n"
"  PRIMARY KEY(mailbox, item)\n"
") WITHOUT ROWID",
"INSERT INTO failure(mailbox, item, folder, class, code, message, tries,"
" next_try, first_at, moved_at, slow)"
" SELECT mailbox, item, folder, class, code, message, tries,"
" next_try, first_at, moved_at,"
" ifnull(code IN('under-way', 'patience', 'timeout'), 0) FROM failure_before",
"DROP TABLE temp.failure_before",
"CREATE TABLE sync_basis(\n"
"  -- private: people and settings that decisions were based on\n"
"  what TEXT PRIMARY KEY, -- people, rules, match PROFILE, ...\n"
"  value BLOB -- the setting, or a hash of it; people: a hash for each\n"
") WITHOUT ROWID",
"CREATE TABLE sync_people(\n"
"  -- private: the last good list of the rows of party that the CRM writes\n"
"  crm_type TEXT NOT NULL, -- see party for this and what follows\n"
"  crm_id TEXT NOT NULL, -- see party\n"
"  address TEXT NOT NULL, -- see party\n"
"  name TEXT, -- see party\n"
"  PRIMARY KEY(crm_type, crm_id, address)\n"
") WITHOUT ROWID",
"CREATE TABLE sync_lasting(\n"
"  -- private: mailboxes that fail for a cause which lasts\n"
"  mailbox TEXT PRIMARY KEY, -- mailbox.address\n"
"  cause TEXT NOT NULL, -- the protocol's own name for it\n"
"  setting TEXT NOT NULL, -- a hash of the settings that it failed with\n"
"  since TEXT NOT NULL, -- when it was met first, without another since, later"
" by\n"
"    -- the time in which nobody looked, UTC\n"
"  times INTEGER NOT NULL, -- in so many passes\n"
"  given_up INTEGER NOT NULL DEFAULT 0, -- 1: it is disabled for that\n"
"  last_at TEXT NOT NULL -- when it was met last, UTC\n"
") WITHOUT ROWID",
"CREATE TABLE sync_anew(\n"
"  -- private: items that were left out and are to be decided anew\n"
"  mailbox TEXT NOT NULL, -- mailbox.address\n"
"  item TEXT NOT NULL, -- decision.item\n"
"  why INTEGER NOT NULL, -- 1: people came into the CRM, 2: settings changed\n"
"  PRIMARY KEY(mailbox, item)\n"
") WITHOUT ROWID",

/*
 * Links follow the people: the key of email_link has the role, links of
 * editions go, since those of the mail follow from its people and places, and
 * email_party says who of the CRM it is. The first pass renews them all.
 */
"CREATE TABLE sync_email_link(\n"
"  -- private: the rows behind the view email_link\n"
"  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n\n"
"  crm_type TEXT NOT NULL, -- see view email_link for this and what"
" follows\n"
"  crm_id TEXT NOT NULL, -- see view email_link\n"
"  role TEXT NOT NULL, -- see view email_link\n"
"  PRIMARY KEY(email, crm_type, crm_id, role)\n"
") WITHOUT ROWID",
"INSERT INTO sync_email_link SELECT email, crm_type, crm_id, role"
" FROM sync_link",
"DROP VIEW email_link",
"DROP TABLE sync_link",
"DROP TABLE sync_edition_link",
"CREATE VIEW email_link(\n"
"  -- one row for each user and contact whom the mail concerns, and role\n"
"  email_id, -- email.id\n"
"  crm_type, -- party.crm_type\n"
"  crm_id, -- party.crm_id\n"
"  role -- the first of from, sender, to, cc, bcc in which they appear;"
" delivered: in none, and the mail came to their mailbox (Bcc, lists,"
" aliases)\n"
") AS SELECT e.id, l.crm_type, l.crm_id, l.role\n"
"  FROM sync_email_link l JOIN sync_email e ON e.n = l.email",
"ALTER TABLE sync_party ADD COLUMN crm_type TEXT"
" /* see view email_party */",
"ALTER TABLE sync_party ADD COLUMN crm_id TEXT"
" /* see view email_party */",
"DROP VIEW email_party",
"CREATE VIEW email_party(\n"
"  -- senders and recipients\n"
"  email_id, -- email.id\n"
"  role, -- from, sender, to, cc, bcc, reply_to\n"
"  position, -- 0, 1, ... within the role\n"
"  address, -- SMTP address as written; NULL: it has none\n"
"  name, -- display name\n"
"  raw_address, -- what it was where it was not SMTP (/o=.../cn=...)\n"
"  crm_type, -- party.crm_type of who has the address (of several the first:"
" users, then by crm_type and crm_id); NULL: nobody whom the CRM knows\n"
"  crm_id -- party.crm_id of the same\n"
") AS SELECT e.id, p.role, p.position, p.address, p.name, p.raw_address,\n"
"  p.crm_type, p.crm_id FROM sync_party p JOIN sync_email e ON e.n = p.email",
"ALTER TABLE sync_email ADD COLUMN unlinked_at TEXT"
" /* see view email */",

/* thread.c fills in the rest of it, for mail that was stored before as well. */
"ALTER TABLE sync_email ADD COLUMN in_reply_to_key TEXT"
" /* see view email */",
"CREATE TABLE sync_thread(\n"
"  -- private: the mails of each thread, up to sync_mark 'threads'\n"
"  thread_id TEXT NOT NULL, -- see view email\n"
"  email INTEGER NOT NULL, -- sync_email.n; unchecked: that would read it\n"
"  PRIMARY KEY(thread_id, email)\n"
") WITHOUT ROWID",
"CREATE TABLE sync_mark(\n"
"  -- private: how far the mails were entered elsewhere\n"
"  what TEXT PRIMARY KEY, -- threads: in sync_thread; keys: mails up to it lack"
" an in_reply_to_key until they are entered there; texts, edition texts: mails"
" and editions up to it may lack their html_text; gone: the last mail that was"
" removed from the end; ages: in sync_age; expired: not how far, but how many"
" were removed\n"
"  n INTEGER NOT NULL -- sync_email.n of the last one, or sync_edition.n\n"
") WITHOUT ROWID",
"INSERT INTO sync_mark VALUES('threads', 0), ('gone', 0), ('ages', 0),"
" ('expired', 0)",
"CREATE TABLE sync_age(\n"
"  -- private: the mails by age, up to sync_mark 'ages'; empty without"
" retention_days\n"
"  day TEXT NOT NULL, -- when it was received, or else sent: 2026-11-20, UTC;"
" or a later day on which to look at it again\n"
"  email INTEGER NOT NULL, -- sync_email.n; unchecked, as in sync_thread\n"
"  PRIMARY KEY(day, email)\n"
") WITHOUT ROWID",
"INSERT INTO sync_mark SELECT 'keys', ifnull(max(n), 0) FROM sync_email",

/* mailtext.c writes it, for mail that was stored before as well. */
"ALTER TABLE sync_email ADD COLUMN html_text TEXT"
" /* what html says, where text is NULL: see view email_body */",
"ALTER TABLE sync_edition ADD COLUMN html_text TEXT"
" /* what html says, where text is NULL: see view email_copy_text */",
"INSERT INTO sync_mark SELECT 'texts', ifnull(max(n), 0) FROM sync_email",
"INSERT INTO sync_mark SELECT 'edition texts', ifnull(max(n), 0)"
" FROM sync_edition",
"DROP VIEW email_body",
"CREATE VIEW email_body(\n"
"  -- one row for each mail\n"
"  email_id, -- email.id\n"
"  text, -- plain text; of a mail that has only HTML what that says (see"
" README); NULL: no body\n"
"  html, -- HTML, or NULL\n"
"  text_source -- where text is from: mail (as it came), html (exsync made it"
" from html); NULL: no text\n"
") AS SELECT id, ifnull(text, html_text), html,\n"
"  iif(text IS NOT NULL, 'mail', iif(html_text IS NOT NULL, 'html', NULL))\n"
"  FROM sync_email",
"DROP VIEW email_copy_text",
"CREATE VIEW email_copy_text(\n"
"  -- the own text of copies whose text is not that of email_body\n"
"  email_id, -- email.id\n"
"  mailbox, -- mailbox.address\n"
"  item_id, -- email_copy.item_id\n"
"  text, -- as in email_body\n"
"  html, -- HTML, or NULL\n"
"  text_source -- as in email_body\n"
") AS SELECT e.id, c.mailbox, c.item_id, ifnull(x.text, x.html_text), x.html,\n"
"  iif(x.text IS NOT NULL, 'mail',\n"
"  iif(x.html_text IS NOT NULL, 'html', NULL))\n"
"  FROM sync_copy c JOIN sync_edition x ON x.n = c.edition AND x.differs = 1\n"
"  JOIN sync_email e ON e.n = c.email",

/* Of copies that are here they are known when the item changes. */
"ALTER TABLE sync_copy ADD COLUMN categories TEXT /* see view email_copy */",
"ALTER TABLE sync_copy ADD COLUMN flag TEXT /* see view email_copy */",
"ALTER TABLE sync_copy ADD COLUMN answered TEXT /* see view email_copy */",
"DROP VIEW email_copy",
"CREATE VIEW email_copy(\n"
"  -- one row for each place where the mail lies or lay\n"
"  email_id, -- email.id\n"
"  mailbox, -- mailbox.address\n"
"  folder, -- folder.id\n"
"  item_id, -- the server's id of this copy, opaque; another after a move\n"
"  is_read, -- 0, 1\n"
"  removed_at, -- moved or deleted since, UTC; NULL: it lies there\n"
"  text_differs, -- 1: its text is not that of email_body (a banner, a"
" disclaimer): see email_copy_text\n"
"  categories, -- names that the mailbox's owner gave it, one per line; NULL:"
" none\n"
"  flag, -- none, flagged, complete\n"
"  answered -- what its owner did last with it, as far as the server tells:"
" replied, replied_all, forwarded; NULL: none of them\n"
") AS SELECT e.id, c.mailbox, c.folder, c.item_id, c.is_read, c.removed_at,\n"
"  ifnull((SELECT x.differs FROM sync_edition x WHERE x.n = c.edition), 0),\n"
"  c.categories, ifnull(c.flag, 'none'), c.answered\n"
"  FROM sync_copy c JOIN sync_email e ON e.n = c.email",

"DROP VIEW email",
"CREATE VIEW email(\n"
"  -- one row for each mail, however many mailboxes hold it\n"
"  id, -- 32 hex digits, a hash of the Message-ID; the same in a rebuilt"
" file\n"
"  message_id, -- with its <>; NULL: the mail has none\n"
"  in_reply_to, -- Message-ID of the mail it answers\n"
"  refs, -- the References header: Message-IDs, oldest first\n"
"  conversation_id, -- the server's own, opaque\n"
"  thread_id, -- the same for all mails of a thread: email.id of its first."
" Find its mails in email_thread\n"
"  direction, -- in, out, internal\n"
"  subject, -- as in the mail\n"
"  sent_at, -- UTC, 2026-11-20T08:16:00Z\n"
"  received_at, -- UTC\n"
"  importance, -- low, normal, high\n"
"  sensitivity, -- normal, personal, private, confidential\n"
"  item_class, -- IPM.Note, IPM.Note.SMIME, IPM.Schedule.Meeting.Request,"
" ...\n"
"  has_attachments, -- 0, 1\n"
"  size, -- bytes, as the server says\n"
"  body_state, -- full, headers (no body wanted), too_large, failed\n"
"  headers, -- the raw header block, where the server tells it\n"
"  message_key, -- the key of message_id (README): in_reply_to_key of the"
" answers to it. It is email.id: of several mails that share a Message-ID the"
" first has its key\n"
"  in_reply_to_key, -- the key of in_reply_to: message_key of the mail it"
" answers, whether that is here or not; NULL: it answers none\n"
"  unlinked_at -- since when it concerns nobody any more whom the CRM knows,"
" UTC; NULL: it has a link, or never had one\n"
") AS SELECT id, message_id, in_reply_to, refs, conversation_id, thread_id,\n"
"  direction, subject, sent_at, received_at, importance, sensitivity,\n"
"  item_class, has_attachments, size, body_state, headers, id,\n"
"  in_reply_to_key, unlinked_at FROM sync_email",
"CREATE VIEW email_thread(\n"
"  -- the mails of a thread, found quickly: WHERE thread_id = ? or IN(...)\n"
"  thread_id, -- email.thread_id\n"
"  email_id -- email.id\n"
") AS SELECT t.thread_id, e.id FROM sync_thread t\n"
"  JOIN sync_email e ON e.n = t.email\n"
"  WHERE t.email <= (SELECT n FROM sync_mark WHERE what = 'threads')\n"
"  UNION ALL SELECT e.thread_id, e.id FROM sync_email e\n"
"  WHERE e.n > (SELECT n FROM sync_mark WHERE what = 'threads')",

/* Made anew, so that each comment stands beside its column. */
"ALTER TABLE party RENAME TO party_before",
"CREATE TABLE party(\n"
"  -- INPUT: whom the CRM knows. Written by the CRM, or from the CSV files\n"
"  crm_type TEXT NOT NULL, -- user, contact, lead, account, ...\n"
"  crm_id TEXT NOT NULL, -- the person's id in the CRM\n"
"  address TEXT NOT NULL, -- one of the person's SMTP addresses\n"
"  name TEXT, -- display name, for people who read this table\n"
"  source TEXT NOT NULL DEFAULT 'crm', -- crm, or csv: kept equal to the"
" files\n"
"  upn TEXT, -- of a user: user principal name, for impersonate_by = upn;"
" NULL: unknown\n"
"  sid TEXT, -- of a user: security identifier, for impersonate_by = sid;"
" NULL: unknown\n"
"  PRIMARY KEY(crm_type, crm_id, address)\n"
") WITHOUT ROWID",
"INSERT INTO party(crm_type, crm_id, address, name, source)\n"
"  SELECT crm_type, crm_id, address, name, source FROM party_before",
"DROP TABLE party_before",
"ALTER TABLE sync_people ADD COLUMN upn TEXT /* see party */",
"ALTER TABLE sync_people ADD COLUMN sid TEXT /* see party */",

/* Made anew, so that their columns tell of mail that leaves the file. */
"ALTER TABLE change RENAME TO change_before",
"CREATE TABLE change(\n"
"  -- what happened, in order: read seq > the last one you have seen\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- grows; a number never comes"
" twice\n"
"  entity TEXT NOT NULL, -- email, email_copy\n"
"  entity_id TEXT NOT NULL, -- email.id, for both\n"
"  op TEXT NOT NULL, -- email: insert, update (text, people, links,"
" attachments), expire (too old: it has left this file, the CRM keeps its"
" own), erase (forgotten: the CRM erases it too); email_copy: insert (a further"
" place), update (read flag, marks, folder), delete (removed_at set)\n"
"  at TEXT NOT NULL -- UTC\n"
")",
"INSERT INTO change SELECT * FROM change_before",
/* numbers of rows that were deleted do not come again either */
"UPDATE sqlite_sequence SET seq = ifnull((SELECT b.seq\n"
"  FROM sqlite_sequence b WHERE b.name = 'change_before'), 0)\n"
"  WHERE name = 'change'",
"DROP TABLE change_before",
"ALTER TABLE decision RENAME TO decision_before",
"CREATE TABLE decision(\n"
"  -- every message seen, and what was decided about it\n"
"  mailbox TEXT NOT NULL, -- mailbox.address\n"
"  item TEXT NOT NULL, -- the server's item id\n"
"  message_id TEXT, -- with its <>, where it is known\n"
"  verdict TEXT NOT NULL, -- keep, headers (kept without text), skip,"
" expired (too old: it is not here, or not any more), failed\n"
"  rule TEXT, -- what decided: match, rule NAME, retention_days,"
" process_email_from, draft, ...\n"
"  at TEXT NOT NULL, -- when it was decided, UTC\n"
"  folder INTEGER, -- folder.id\n"
"  change_key TEXT, -- the version of the item that was decided\n"
"  parties TEXT, -- of mail not kept: keyed hashes of its addresses\n"
"  email INTEGER, -- private: sync_email.n\n"
"  state INTEGER NOT NULL DEFAULT 0, -- private: 0 there, 1 gone from its"
" folder, 2 waits in failure, 3 likewise and is being moved\n"
"  walk INTEGER NOT NULL DEFAULT 0, -- private: last full walk that saw it\n"
"  PRIMARY KEY(mailbox, item)\n"
") WITHOUT ROWID",
"INSERT INTO decision SELECT * FROM decision_before",
"DROP TABLE decision_before",

"ALTER TABLE alert RENAME TO alert_before",
"CREATE TABLE alert(\n"
"  -- what an administrator should know: said once, resolved once\n"
"  scope TEXT NOT NULL, -- profile NAME, mailbox ADDRESS, ...\n"
"  code TEXT NOT NULL, -- what kind of trouble\n"
"  severity TEXT NOT NULL, -- info (news, no trouble), warning, error\n"
"  text TEXT NOT NULL, -- for a person\n"
"  first_at TEXT NOT NULL, -- UTC\n"
"  last_at TEXT NOT NULL, -- UTC\n"
"  count INTEGER NOT NULL DEFAULT 1, -- how often it was met\n"
"  resolved_at TEXT, -- UTC; NULL: open\n"
"  owner TEXT, -- of a mailbox: crm_id of the user whose it is; NULL: none\n"
"  advice TEXT, -- what to do about it, for a person; NULL: see exsync"
" --status\n"
"  PRIMARY KEY(scope, code, first_at)\n"
") WITHOUT ROWID",
"INSERT INTO alert(scope, code, severity, text, first_at, last_at, count,\n"
"  resolved_at) SELECT scope, code, severity, text, first_at, last_at, count,"
"\n  resolved_at FROM alert_before",
"DROP TABLE alert_before",
"CREATE TABLE sync_cause(\n"
"  -- private: mailboxes that cannot be read until a person does something\n"
"  address TEXT PRIMARY KEY, -- mailbox.address\n"
"  code TEXT NOT NULL, -- the alert's: alert.code\n"
"  cause TEXT NOT NULL, -- what mailboxes have in common that one alert tells"
" of; empty: unknown\n"
"  text TEXT NOT NULL, -- what happened, for a person\n"
"  advice TEXT, -- what to do about it, for a person\n"
"  shared INTEGER NOT NULL -- 1: its profile's alert tells of it; 0: its"
" own\n"
") WITHOUT ROWID",
/* of alerts that are open: those that are found in the database are not so */
"INSERT OR IGNORE INTO sync_cause(address, code, cause, text, shared)\n"
"  SELECT substr(scope, 9), code, '', text, 0 FROM alert\n"
"  WHERE resolved_at IS NULL AND substr(scope, 1, 8) = 'mailbox '\n"
"  AND code NOT IN('stale', 'items', 'interrupted')",
NULL
};
/* clang-format on */

const struct schema_step schema_steps[] = {
	{ version_1 },
	{ version_2 },
	{ version_3 },
	{ version_4 },
	{ version_5 },
};
const int schema_nsteps = sizeof(schema_steps) / sizeof(schema_steps[0]);
