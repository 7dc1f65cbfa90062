-- Schema version 4.
-- Made by tests/migrate/make.py; not to be edited.
PRAGMA application_id=1163416409;
PRAGMA user_version=4;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta(
  -- facts about this file
  key TEXT PRIMARY KEY, -- generation, created_at, created_by
  value TEXT NOT NULL -- generation: a new value means: import everything again
) WITHOUT ROWID;
INSERT INTO meta VALUES('created_at','2026-11-29T00:55:31Z');
INSERT INTO meta VALUES('created_by','0.1.0');
INSERT INTO meta VALUES('generation','5bde3288-911a-4f1a-8bd8-0c404268245f');
INSERT INTO meta VALUES('schema_version','4');
INSERT INTO meta VALUES('written_by','0.1.0');
CREATE TABLE party(
  -- INPUT: whom the CRM knows. Written by the CRM, or from the CSV files
  crm_type TEXT NOT NULL, -- user, contact, lead, account, ...
  crm_id TEXT NOT NULL, -- the person's id in the CRM
  address TEXT NOT NULL, -- one of the person's SMTP addresses
  name TEXT, -- display name, for people who read this table
  source TEXT NOT NULL DEFAULT 'crm', -- crm, or csv: kept equal to the files
  PRIMARY KEY(crm_type, crm_id, address)
) WITHOUT ROWID;
INSERT INTO party VALUES('contact','c1','carl@fabrikam.example','Carl Clay','csv');
INSERT INTO party VALUES('contact','c2','dora@fabrikam.example','Dora Dahl','csv');
INSERT INTO party VALUES('lead','l1','eve@lead.example','Eve','crm');
INSERT INTO party VALUES('user','u1','anna@contoso.example','Anna Arndt','csv');
INSERT INTO party VALUES('user','u2','ben@contoso.example','Ben Baum','csv');
INSERT INTO party VALUES('user','u3','cleo@contoso.example','Cleo Conrad','csv');
CREATE TABLE mailbox(
  -- one row for each mailbox that exsync reads
  address TEXT PRIMARY KEY, -- its SMTP address, normalised
  profile TEXT NOT NULL, -- the e-mail server profile of the INI
  type TEXT NOT NULL, -- user, queue
  crm_id TEXT, -- the CRM user it belongs to
  state TEXT NOT NULL, -- waiting (for approval), testing, enabled, disabled, failing
  incoming TEXT NOT NULL DEFAULT 'not_run', -- not_run, success, failure, disabled (not read: incoming = no, or nobody's any more)
  outgoing TEXT NOT NULL DEFAULT 'not_run', -- not_run, success, failure, disabled
  act TEXT NOT NULL DEFAULT 'not_run', -- appointments, contacts, tasks: as incoming
  last_ok_at TEXT, -- end of the last good pass, UTC
  last_error TEXT, -- what went wrong in the last pass; NULL: nothing
  passes INTEGER NOT NULL DEFAULT 0, -- passes finished so far
  retry_at TEXT -- left alone until then, UTC
) WITHOUT ROWID;
INSERT INTO mailbox VALUES('anna@contoso.example','hq','user','u1','enabled','success','not_run','not_run','2026-11-29T00:55:31Z',NULL,2,NULL);
INSERT INTO mailbox VALUES('ben@contoso.example','hq','user','u2','enabled','success','not_run','not_run','2026-11-29T00:55:31Z',NULL,2,NULL);
INSERT INTO mailbox VALUES('cleo@contoso.example','hq','user','u3','failing','failure','not_run','not_run',NULL,'FindFolder: ErrorNonExistentMailbox: The SMTP address has no mailbox associated with it.: no mailbox has this primary address: check the address, and that the mailbox is not disabled or elsewhere',1,'2026-11-29T01:55:31Z');
CREATE TABLE folder(
  -- the folders of each mailbox
  id INTEGER PRIMARY KEY, -- what email_copy.folder refers to
  mailbox TEXT NOT NULL REFERENCES mailbox(address), -- whose folder
  path TEXT NOT NULL, -- names from the top: Inbox/Projects
  well_known TEXT, -- inbox, sentitems, ...; NULL: a folder of the user's
  folder_id TEXT NOT NULL, -- the server's id, opaque
  class TEXT, -- IPF.Note, ...
  total INTEGER, -- items in it as the server counts them
  removed_at TEXT -- gone from the mailbox since, UTC
);
INSERT INTO folder VALUES(1,'anna@contoso.example','Calendar','calendar','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGUsLrXzBjmRzqc0mnoPiw','IPF.Appointment',0,NULL);
INSERT INTO folder VALUES(2,'anna@contoso.example','Contacts','contacts','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGUsLrXzBjmRzqc0mnOpiw','IPF.Contact',0,NULL);
INSERT INTO folder VALUES(3,'anna@contoso.example','Contacts/Recipient Cache','recipientcache','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGUsLrXzBjmRzqc0mnopiw','IPF.Contact.RecipientCache',0,NULL);
INSERT INTO folder VALUES(4,'anna@contoso.example','Conversation Action Settings',NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VHDG','IPF.Configuration',0,NULL);
INSERT INTO folder VALUES(5,'anna@contoso.example','Conversation History','conversationhistory','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vHDG','IPF.Note',0,NULL);
INSERT INTO folder VALUES(6,'anna@contoso.example','Deleted Items','deleteditems','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VhDG','IPF.Note',0,NULL);
INSERT INTO folder VALUES(7,'anna@contoso.example','Drafts','drafts','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vhDG','IPF.Note',0,NULL);
INSERT INTO folder VALUES(8,'anna@contoso.example','Inbox','inbox','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VHdG','IPF.Note',5,NULL);
INSERT INTO folder VALUES(9,'anna@contoso.example','Inbox/Filed',NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGK2C3ZBcOyzCM7nC8DENA','IPF.Note',1,NULL);
INSERT INTO folder VALUES(10,'anna@contoso.example','Journal','journal','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vHdG','IPF.Journal',0,NULL);
INSERT INTO folder VALUES(11,'anna@contoso.example','Junk Email','junkemail','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VhdG','IPF.Note',0,NULL);
INSERT INTO folder VALUES(12,'anna@contoso.example','Notes','notes','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vhdG','IPF.StickyNote',0,NULL);
INSERT INTO folder VALUES(13,'anna@contoso.example','Outbox','outbox','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VHDg','IPF.Note',0,NULL);
INSERT INTO folder VALUES(14,'anna@contoso.example','RSS Feeds',NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vHDg','IPF.Note.OutlookHomepage',0,NULL);
INSERT INTO folder VALUES(15,'anna@contoso.example','Sent Items','sentitems','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VhDg','IPF.Note',1,NULL);
INSERT INTO folder VALUES(16,'anna@contoso.example','Sync Issues','syncissues','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vhDg','IPF.Note',0,NULL);
INSERT INTO folder VALUES(17,'anna@contoso.example','Sync Issues/Conflicts','conflicts','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1VHdg','IPF.Note',0,NULL);
INSERT INTO folder VALUES(18,'anna@contoso.example','Sync Issues/Local Failures','localfailures','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vHdg','IPF.Note',0,NULL);
INSERT INTO folder VALUES(19,'anna@contoso.example','Sync Issues/Server Failures','serverfailures','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1Vhdg','IPF.Note',0,NULL);
INSERT INTO folder VALUES(20,'anna@contoso.example','Tasks','tasks','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGOS4K3FnzWXtitvU1vhdg','IPF.Task',0,NULL);
INSERT INTO folder VALUES(21,'ben@contoso.example','Calendar','calendar','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzclB7E4V1tUzjqda3aEzt','IPF.Appointment',0,NULL);
INSERT INTO folder VALUES(22,'ben@contoso.example','Contacts','contacts','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzclB7E4V1tUzjqda3Aezt','IPF.Contact',0,NULL);
INSERT INTO folder VALUES(23,'ben@contoso.example','Contacts/Recipient Cache','recipientcache','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzclB7E4V1tUzjqda3aezt','IPF.Contact.RecipientCache',0,NULL);
INSERT INTO folder VALUES(24,'ben@contoso.example','Conversation Action Settings',NULL,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYBAA','IPF.Configuration',0,NULL);
INSERT INTO folder VALUES(25,'ben@contoso.example','Conversation History','conversationhistory','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwyBAA','IPF.Note',0,NULL);
INSERT INTO folder VALUES(26,'ben@contoso.example','Deleted Items','deleteditems','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYbAA','IPF.Note',0,NULL);
INSERT INTO folder VALUES(27,'ben@contoso.example','Drafts','drafts','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwybAA','IPF.Note',0,NULL);
INSERT INTO folder VALUES(28,'ben@contoso.example','Inbox','inbox','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYBaA','IPF.Note',3,NULL);
INSERT INTO folder VALUES(29,'ben@contoso.example','Journal','journal','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwyBaA','IPF.Journal',0,NULL);
INSERT INTO folder VALUES(30,'ben@contoso.example','Junk Email','junkemail','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYbaA','IPF.Note',0,NULL);
INSERT INTO folder VALUES(31,'ben@contoso.example','Notes','notes','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwybaA','IPF.StickyNote',0,NULL);
INSERT INTO folder VALUES(32,'ben@contoso.example','Outbox','outbox','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYBAa','IPF.Note',0,NULL);
INSERT INTO folder VALUES(33,'ben@contoso.example','RSS Feeds',NULL,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwyBAa','IPF.Note.OutlookHomepage',0,NULL);
INSERT INTO folder VALUES(34,'ben@contoso.example','Sent Items','sentitems','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYbAa','IPF.Note',0,NULL);
INSERT INTO folder VALUES(35,'ben@contoso.example','Sync Issues','syncissues','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwybAa','IPF.Note',0,NULL);
INSERT INTO folder VALUES(36,'ben@contoso.example','Sync Issues/Conflicts','conflicts','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYBaa','IPF.Note',0,NULL);
INSERT INTO folder VALUES(37,'ben@contoso.example','Sync Issues/Local Failures','localfailures','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwyBaa','IPF.Note',0,NULL);
INSERT INTO folder VALUES(38,'ben@contoso.example','Sync Issues/Server Failures','serverfailures','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwYbaa','IPF.Note',0,NULL);
INSERT INTO folder VALUES(39,'ben@contoso.example','Tasks','tasks','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkzNHcR1Pkzwi+y6wrwybaa','IPF.Task',0,NULL);
CREATE TABLE sync_folder(
  -- private: how far each folder has been read
  folder INTEGER PRIMARY KEY REFERENCES folder(id), -- which folder
  cursor TEXT, -- the server's sync state, opaque; NULL: from the start
  marker TEXT, -- change marker at the last complete read
  walk INTEGER NOT NULL DEFAULT 0, -- number of the latest full walk
  walking INTEGER NOT NULL DEFAULT 0 -- 1: under way, 2: asked for, 3: that one
);
INSERT INTO sync_folder VALUES(8,'9FMBBhQAAAAAAAAACgAAAAAAAAAKAAAAAAAAAJBRpWkAAAAAAAAAAAcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGL6AgjZc8my','2026-11-29T00:55:41Z|2|5',0,0);
INSERT INTO sync_folder VALUES(9,'9FMBBmAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAJBRpWkAAAAACwAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAKgi3zqkUHqf','2026-11-29T00:55:32Z|0|1',0,0);
INSERT INTO sync_folder VALUES(15,'9FMBBhoAAAAAAAAAAQAAAAAAAAABAAAAAAAAAJBRpWkAAAAAAwAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJFWViq+gqfK','2026-11-29T00:55:32Z|0|1',0,0);
INSERT INTO sync_folder VALUES(28,'9FMBBjQAAAAAAAAAAwAAAAAAAAADAAAAAAAAAJBRpWkAAAAAAQAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPK/4ZK2ERKp','2026-11-29T00:55:34Z|0|3',0,0);
CREATE TABLE sync_key(
  -- private: the random key of the hashes in decision.parties
  id INTEGER PRIMARY KEY, -- 1
  key BLOB NOT NULL -- 32 bytes
);
INSERT INTO sync_key VALUES(1,X'ab65d8625374379fc2feab838b951dab4aaa1865fafba452034f69e83e5465a6');
CREATE TABLE sync_email(
  -- private: the rows behind the views email and email_body
  n INTEGER PRIMARY KEY, -- the mails in the order of their arrival
  id TEXT NOT NULL UNIQUE, -- see view email for this and what follows
  variant_of INTEGER, -- n of the first mail with this Message-ID
  message_id TEXT, -- see view email
  in_reply_to TEXT, -- see view email
  refs TEXT, -- see view email
  conversation_id TEXT, -- see view email
  thread_id TEXT NOT NULL, -- see view email
  direction TEXT NOT NULL, -- see view email
  subject TEXT, -- see view email
  sent_at TEXT, -- see view email
  received_at TEXT, -- see view email
  importance TEXT, -- see view email
  sensitivity TEXT, -- see view email
  item_class TEXT, -- see view email
  has_attachments INTEGER NOT NULL, -- see view email
  size INTEGER, -- see view email
  body_state TEXT NOT NULL, -- see view email
  headers TEXT, -- see view email
  text TEXT, -- see view email_body
  html TEXT -- see view email_body
);
INSERT INTO sync_email VALUES(1,'4d8fc25e87af80cfba893506577586ad',NULL,NULL,NULL,NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGA2UzVGrTI4czNRcFAtbU','0478adb73456ab9d8783ac8aaf74c921','in','nameless','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',0,230,'full',replace(replace('From: Carl Clay <carl@fabrikam.example>\r\nTo: Anna Arndt <anna@contoso.example>\r\nSubject: nameless\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n','\r',char(13)),'\n',char(10)),replace(replace('A mail without a Message-ID.\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_email VALUES(2,'d729b3261b765a2fdc1b30099c00404e',NULL,'<binned@made.example>',NULL,NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGgc+D2LS2P1OkHTzdCbuu','d729b3261b765a2fdc1b30099c00404e','in','binned','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',0,255,'full',replace(replace('Message-ID: <binned@made.example>\r\nFrom: Carl Clay <carl@fabrikam.example>\r\nTo: Anna Arndt <anna@contoso.example>\r\nSubject: binned\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n','\r',char(13)),'\n',char(10)),replace(replace('This one is deleted.\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_email VALUES(3,'eb53c2958a0fe917ac8124867df2496a',NULL,'<filed@made.example>',NULL,NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGNW5ObA7tRijoxX0Gwgdz','eb53c2958a0fe917ac8124867df2496a','in','filed','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',0,263,'full',replace(replace('Message-ID: <filed@made.example>\r\nFrom: Carl Clay <carl@fabrikam.example>\r\nTo: Anna Arndt <anna@contoso.example>\r\nSubject: filed\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n','\r',char(13)),'\n',char(10)),replace(replace('This one is put into a folder.\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_email VALUES(4,'b18cef93b9bf29af5d8bb61072ad4f66',NULL,'<plan@made.example>',NULL,NULL,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHTfZ9QzDUHyWpByoEEuX','b18cef93b9bf29af5d8bb61072ad4f66','in','plan','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',1,490,'full',replace(replace('Message-ID: <plan@made.example>\r\nFrom: Dora Dahl <dora@fabrikam.example>\r\nTo: Anna Arndt <anna@contoso.example>\r\nSubject: plan\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n','\r',char(13)),'\n',char(10)),replace(replace('The same drawing once more.\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_email VALUES(5,'56230a832719dce70ca178e7f777bfa0',NULL,'<inquiry@made.example>',NULL,NULL,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz4GWfxrB/FLFrKIGnlFeF','e324d214cada25b6778e03fa2db7551c','in','inquiry','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',1,538,'full',replace(replace('Message-ID: <inquiry@made.example>\r\nFrom: Carl Clay <carl@fabrikam.example>\r\nTo: Anna Arndt <anna@contoso.example>, Ben Baum <ben@contoso.example>\r\nSubject: inquiry\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n','\r',char(13)),'\n',char(10)),replace(replace('How much are seven tables like these?\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_email VALUES(6,'2bfe1baa27cabb2cc5021d2c2c23f760',NULL,'<offer@made.example>','<inquiry@made.example>','<inquiry@made.example>','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz4GWfxrB/FLFrKIGnlFeF','e324d214cada25b6778e03fa2db7551c','out','Re: inquiry','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',0,426,'full',replace(replace('Message-ID: <offer@made.example>\r\nFrom: Anna Arndt <anna@contoso.example>\r\nTo: Carl Clay <carl@fabrikam.example>\r\nSubject: Re: inquiry\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nIn-Reply-To: <inquiry@made.example>\r\nReferences: <inquiry@made.example>\r\nContent-Type: text/plain; charset=utf-8\r\n','\r',char(13)),'\n',char(10)),replace(replace('This message was checked: it is internal, not external.\r\n\r\nSeven tables are 1,400 €, Carl''s “special” price.\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_email VALUES(7,'e324d214cada25b6778e03fa2db7551c',5,'<inquiry@made.example>',NULL,NULL,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz4GWfxrB/FLFrKIGnlFeF','e324d214cada25b6778e03fa2db7551c','in','inquiry','2026-03-02T09:00:00Z','2026-03-02T09:00:00Z','normal','normal','IPM.Note',0,319,'full',replace(replace('Message-ID: <inquiry@made.example>\r\nFrom: Carl Clay <carl@fabrikam.example>\r\nTo: Anna Arndt <anna@contoso.example>, Ben Baum <ben@contoso.example>\r\nSubject: inquiry\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n','\r',char(13)),'\n',char(10)),replace(replace('Forget the tables. We want chairs, eleven of them.\r\n','\r',char(13)),'\n',char(10)),NULL);
CREATE TABLE sync_party(
  -- private: the rows behind the view email_party
  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n
  role TEXT NOT NULL, -- see view email_party for this and what follows
  position INTEGER NOT NULL, -- see view email_party
  address TEXT, -- see view email_party
  name TEXT, -- see view email_party
  raw_address TEXT, -- see view email_party
  PRIMARY KEY(email, role, position)
) WITHOUT ROWID;
INSERT INTO sync_party VALUES(1,'from',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(1,'sender',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(1,'to',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(2,'from',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(2,'sender',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(2,'to',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(3,'from',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(3,'sender',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(3,'to',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(4,'from',0,'dora@fabrikam.example','Dora Dahl',NULL);
INSERT INTO sync_party VALUES(4,'sender',0,'dora@fabrikam.example','Dora Dahl',NULL);
INSERT INTO sync_party VALUES(4,'to',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(5,'from',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(5,'sender',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(5,'to',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(5,'to',1,'ben@contoso.example','Ben Baum',NULL);
INSERT INTO sync_party VALUES(6,'bcc',0,'dora@fabrikam.example','Dora Dahl',NULL);
INSERT INTO sync_party VALUES(6,'from',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(6,'sender',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(6,'to',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(7,'from',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(7,'sender',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_party VALUES(7,'to',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_party VALUES(7,'to',1,'ben@contoso.example','Ben Baum',NULL);
CREATE TABLE sync_link(
  -- private: the rows behind the view email_link
  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n
  crm_type TEXT NOT NULL, -- see view email_link for this and what follows
  crm_id TEXT NOT NULL, -- see view email_link
  role TEXT NOT NULL, -- see view email_link
  PRIMARY KEY(email, crm_type, crm_id)
) WITHOUT ROWID;
INSERT INTO sync_link VALUES(1,'contact','c1','from');
INSERT INTO sync_link VALUES(1,'user','u1','to');
INSERT INTO sync_link VALUES(2,'contact','c1','from');
INSERT INTO sync_link VALUES(2,'user','u1','to');
INSERT INTO sync_link VALUES(3,'contact','c1','from');
INSERT INTO sync_link VALUES(3,'user','u1','to');
INSERT INTO sync_link VALUES(4,'contact','c2','from');
INSERT INTO sync_link VALUES(4,'user','u1','to');
INSERT INTO sync_link VALUES(5,'contact','c1','from');
INSERT INTO sync_link VALUES(5,'user','u1','to');
INSERT INTO sync_link VALUES(5,'user','u2','to');
INSERT INTO sync_link VALUES(6,'contact','c1','to');
INSERT INTO sync_link VALUES(6,'contact','c2','bcc');
INSERT INTO sync_link VALUES(6,'user','u1','from');
INSERT INTO sync_link VALUES(7,'contact','c1','from');
INSERT INTO sync_link VALUES(7,'user','u1','to');
INSERT INTO sync_link VALUES(7,'user','u2','to');
CREATE TABLE sync_copy(
  -- private: the rows behind the view email_copy
  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n
  item_id TEXT NOT NULL, -- see view email_copy for this and what follows
  mailbox TEXT NOT NULL, -- see view email_copy
  folder INTEGER NOT NULL REFERENCES folder(id), -- see view email_copy
  is_read INTEGER NOT NULL, -- see view email_copy
  removed_at TEXT, edition INTEGER /* sync_edition.n; NULL: says what the mail says */, modified INTEGER /* when the server saw it changed last, seconds since 1970; -1: an older program wrote it, and it is to be asked again */, size INTEGER /* bytes, as the server says */, attached TEXT /* hashes of the server's ids of its attachments */, -- see view email_copy
  PRIMARY KEY(email, item_id, mailbox)
) WITHOUT ROWID;
INSERT INTO sync_copy VALUES(1,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPYAk','anna@contoso.example',8,0,NULL,NULL,1772442000,230,NULL);
INSERT INTO sync_copy VALUES(2,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpyaK','anna@contoso.example',8,0,'2026-11-29T00:55:31Z',NULL,1772442000,255,NULL);
INSERT INTO sync_copy VALUES(3,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPyaK','anna@contoso.example',8,0,'2026-11-29T00:55:31Z',NULL,1772442000,263,NULL);
INSERT INTO sync_copy VALUES(3,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpyAk','anna@contoso.example',9,0,NULL,NULL,NULL,263,NULL);
INSERT INTO sync_copy VALUES(4,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpYaK','anna@contoso.example',8,1,NULL,NULL,1772442000,490,'3ce4c25498662496');
INSERT INTO sync_copy VALUES(5,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz5/LeNelz/U7WJPxaoQ0zhNtGsIB9Chx/KK3mMUzO0ODA4GGweUG+mEppySJJ','ben@contoso.example',28,1,NULL,NULL,1772442000,538,'b8f9e9e22db0d1ee');
INSERT INTO sync_copy VALUES(5,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPYAK','anna@contoso.example',8,0,NULL,NULL,1772442000,538,'7181b84b74dc44e0');
INSERT INTO sync_copy VALUES(6,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz5/LeNelz/U7WJPxaoQ0zhNtGsIB9Chx/KK3mMUzO0ODA4GGweUG+mEppYSjJ','ben@contoso.example',28,0,NULL,2,1772442000,426,NULL);
INSERT INTO sync_copy VALUES(6,'AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpyAK','anna@contoso.example',15,0,NULL,1,1772442000,407,NULL);
INSERT INTO sync_copy VALUES(7,'AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz5/LeNelz/U7WJPxaoQ0zhNtGsIB9Chx/KK3mMUzO0ODA4GGweUG+mEppYsJJ','ben@contoso.example',28,0,NULL,NULL,1772442000,319,NULL);
CREATE TABLE blob(
  -- contents of attachments, each once
  n INTEGER PRIMARY KEY, -- for incremental reading (sqlite3_blob_open)
  sha256 TEXT NOT NULL UNIQUE, -- 64 hex digits
  size INTEGER NOT NULL, -- bytes
  data BLOB NOT NULL -- the content
);
INSERT INTO blob VALUES(1,'e24ef1b7f8df2e246c9967a8421b9aa950d03fcf104284ce0a22d99ac910ff33',78,X'44726177696e6720372c2073686565742031206f6620312e0d0a44726177696e6720372c2073686565742031206f6620312e0d0a44726177696e6720372c2073686565742031206f6620312e0d0a');
CREATE TABLE sync_attachment(
  -- private: the rows behind the view attachment
  email INTEGER NOT NULL REFERENCES sync_email(n), -- sync_email.n
  position INTEGER NOT NULL, -- see view attachment for this and what follows
  name TEXT, -- see view attachment
  media_type TEXT, -- see view attachment
  size INTEGER, -- see view attachment
  content_id TEXT, -- see view attachment
  inline INTEGER NOT NULL, -- see view attachment
  kind TEXT NOT NULL, -- see view attachment
  sha256 TEXT, -- see view attachment
  state TEXT, -- see view attachment
  url TEXT, -- see view attachment
  PRIMARY KEY(email, position)
) WITHOUT ROWID;
INSERT INTO sync_attachment VALUES(4,0,'plan.txt','text/plain',78,NULL,0,'file','e24ef1b7f8df2e246c9967a8421b9aa950d03fcf104284ce0a22d99ac910ff33','full',NULL);
INSERT INTO sync_attachment VALUES(5,0,'plan.txt','text/plain',78,NULL,0,'file','e24ef1b7f8df2e246c9967a8421b9aa950d03fcf104284ce0a22d99ac910ff33','full',NULL);
CREATE TABLE change(
  -- what happened, in order: read seq > the last one you have seen
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- grows; a number never comes twice
  entity TEXT NOT NULL, -- email, email_copy
  entity_id TEXT NOT NULL, -- email.id, for both
  op TEXT NOT NULL, -- email: insert, update (text, people, links, attachments); email_copy: insert (a further place), update (read flag, folder), delete (removed_at set)
  at TEXT NOT NULL -- UTC
);
INSERT INTO change VALUES(1,'email','4d8fc25e87af80cfba893506577586ad','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(2,'email','d729b3261b765a2fdc1b30099c00404e','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(3,'email','eb53c2958a0fe917ac8124867df2496a','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(4,'email','b18cef93b9bf29af5d8bb61072ad4f66','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(5,'email','e324d214cada25b6778e03fa2db7551c','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(6,'email','2bfe1baa27cabb2cc5021d2c2c23f760','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(7,'email_copy','2bfe1baa27cabb2cc5021d2c2c23f760','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(8,'email','2bfe1baa27cabb2cc5021d2c2c23f760','update','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(9,'email','56230a832719dce70ca178e7f777bfa0','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(10,'email','e324d214cada25b6778e03fa2db7551c','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(11,'email_copy','56230a832719dce70ca178e7f777bfa0','insert','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(12,'email_copy','eb53c2958a0fe917ac8124867df2496a','delete','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(13,'email_copy','d729b3261b765a2fdc1b30099c00404e','delete','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(14,'email_copy','b18cef93b9bf29af5d8bb61072ad4f66','update','2026-11-29T00:55:31Z');
INSERT INTO change VALUES(15,'email_copy','eb53c2958a0fe917ac8124867df2496a','insert','2026-11-29T00:55:31Z');
CREATE TABLE consumer(
  -- INPUT: written by the CRM: how far it has read
  name TEXT PRIMARY KEY, -- who
  acked_seq INTEGER NOT NULL DEFAULT 0 -- change.seq imported so far
) WITHOUT ROWID;
INSERT INTO consumer VALUES('crm',3);
CREATE TABLE decision(
  -- every message seen, and what was decided about it
  mailbox TEXT NOT NULL, -- mailbox.address
  item TEXT NOT NULL, -- the server's item id
  message_id TEXT, -- with its <>, where it is known
  verdict TEXT NOT NULL, -- keep, headers (kept without text), skip, failed
  rule TEXT, -- what decided: match, rule NAME, process_email_from, draft, ...
  at TEXT NOT NULL, -- when it was decided, UTC
  folder INTEGER, -- folder.id
  change_key TEXT, -- the version of the item that was decided
  parties TEXT, -- of mail not kept: keyed hashes of its addresses
  email INTEGER, -- private: sync_email.n
  state INTEGER NOT NULL DEFAULT 0, -- private: 0 there, 1 gone from its folder, 2 waits in failure, 3 likewise and is being moved
  walk INTEGER NOT NULL DEFAULT 0, -- private: last full walk that saw it
  PRIMARY KEY(mailbox, item)
) WITHOUT ROWID;
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPYAK','<inquiry@made.example>','keep','match = contact','2026-11-29T00:55:31Z',8,'CQAAABYAAAAAAAAAAAAAAAAAAAAAAAAAAAAB',NULL,5,0,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPYAk',NULL,'keep','match = contact','2026-11-29T00:55:31Z',8,'CQAAABYAUfoMgxCE1MNR+gyDEIQAAAAAAAAB',NULL,1,0,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPyAk',NULL,'failed','ErrorItemCorrupt','2026-11-29T00:55:31Z',8,'CQAAABYAclB7E4V1tUxyUHsThXUAAAAAAAAB',NULL,NULL,2,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPyaK','<filed@made.example>','keep','match = contact','2026-11-29T00:55:31Z',8,'CQAAABYAOS4K3FnzWXs5LgrcWfMAAAAAAAAB',NULL,3,1,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpYAk','<newsletter@made.example>','skip','match','2026-11-29T00:55:31Z',8,'CQAAABYAIUxrcNE7WvAhTGtw0TsAAAAAAAAB','7b0ec34eb6468215 ec003e19e6d6911b',NULL,0,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpYaK','<plan@made.example>','keep','match = contact','2026-11-29T00:55:31Z',8,'CQAAABYAVC9cRmY75jpUL1xGZjsAAAAAAAAC',NULL,4,0,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpyAK','<offer@made.example>','keep','match = contact','2026-11-29T00:55:31Z',15,'CQAAABYAxhZwI3b42XDGFnAjdvgAAAAAAAAB',NULL,6,0,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpyAk','<filed@made.example>','keep','match = contact','2026-11-29T00:55:31Z',9,'CQAAABYAtb+4yzIO9F21v7jLMg4AAAAAAAAC',NULL,3,0,0);
INSERT INTO decision VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUpyaK','<binned@made.example>','keep','match = contact','2026-11-29T00:55:31Z',8,'CQAAABYASjiDM9ebP3lKOIMz15sAAAAAAAAB',NULL,2,1,0);
INSERT INTO decision VALUES('ben@contoso.example','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz5/LeNelz/U7WJPxaoQ0zhNtGsIB9Chx/KK3mMUzO0ODA4GGweUG+mEppYSjJ','<offer@made.example>','keep','match = contact','2026-11-29T00:55:31Z',28,'CQAAABYA/IJKm6vCdXb8gkqbq8IAAAAAAAAB',NULL,6,0,0);
INSERT INTO decision VALUES('ben@contoso.example','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz5/LeNelz/U7WJPxaoQ0zhNtGsIB9Chx/KK3mMUzO0ODA4GGweUG+mEppYsJJ','<inquiry@made.example>','keep','match = contact','2026-11-29T00:55:31Z',28,'CQAAABYAUsLrXzBjmRxSwutfMGMAAAAAAAAB',NULL,7,0,0);
INSERT INTO decision VALUES('ben@contoso.example','AAMkADBlNDZhZDhmLTI1MjktNGJkMS1hNjU0LWNlM2Q4YzEwZTBmNgBGAAAAAAAAk32zSvyXWlQrtVAc21SxSlD3dGkz5/LeNelz/U7WJPxaoQ0zhNtGsIB9Chx/KK3mMUzO0ODA4GGweUG+mEppySJJ','<inquiry@made.example>','keep','match = contact','2026-11-29T00:55:31Z',28,'CQAAABYA0ODA4GGweUHQ4MDgYbAAAAAAAAAB',NULL,5,0,0);
CREATE TABLE failure(
  -- messages that could not be stored yet
  mailbox TEXT NOT NULL, -- mailbox.address
  item TEXT NOT NULL, -- the server's item id
  folder INTEGER, -- folder.id
  class TEXT NOT NULL, -- retry, auth, config, item, gone, resync, fatal
  code TEXT, -- the protocol's own name for it
  message TEXT, -- for a person
  tries INTEGER NOT NULL, -- so far
  next_try TEXT, -- UTC; NULL: it will not be tried again
  first_at TEXT NOT NULL, -- UTC
  moved_at TEXT, -- moved to the mailbox' folder Undeliverable, UTC
  PRIMARY KEY(mailbox, item)
) WITHOUT ROWID;
INSERT INTO failure VALUES('anna@contoso.example','AAMkAGYwNDFjNWIyLWI3OTItNDc1Yi1hMzZhLWU0ZGM4YjNhNmE4MwBGAAAAAAANhKAKL6oZ1V5OrAaqDO62tPdLU2mGHbPk6Ww17C0w0+dikT1UyhRJTnhgAWkFjfRfAZI60ODA4GGweUFgrFDUPyAk',8,'item','ErrorItemCorrupt','ErrorItemCorrupt: The operation failed.: recorded as a failure of this item, not of the others',1,'2026-11-29T01:10:31Z','2026-11-29T00:55:31Z',NULL);
CREATE TABLE alert(
  -- what an administrator should know: said once, resolved once
  scope TEXT NOT NULL, -- profile NAME, mailbox ADDRESS, ...
  code TEXT NOT NULL, -- what kind of trouble
  severity TEXT NOT NULL, -- warning, error
  text TEXT NOT NULL, -- for a person
  first_at TEXT NOT NULL, -- UTC
  last_at TEXT NOT NULL, -- UTC
  count INTEGER NOT NULL DEFAULT 1, -- how often it was met
  resolved_at TEXT, -- UTC; NULL: open
  PRIMARY KEY(scope, code, first_at)
) WITHOUT ROWID;
INSERT INTO alert VALUES('mailbox cleo@contoso.example','config','error','FindFolder: ErrorNonExistentMailbox: The SMTP address has no mailbox associated with it.: no mailbox has this primary address: check the address, and that the mailbox is not disabled or elsewhere','2026-11-29T00:55:31Z','2026-11-29T00:55:31Z',1,NULL);
CREATE TABLE run(
  -- each pass
  id INTEGER PRIMARY KEY, -- in order
  started TEXT NOT NULL, -- UTC
  finished TEXT, -- UTC
  outcome TEXT NOT NULL, -- running, ok, partial, failed, interrupted
  mailboxes INTEGER, -- visited
  mailboxes_failed INTEGER, -- of these
  seen INTEGER, -- messages the servers told of
  emails INTEGER, -- new mails
  copies INTEGER, -- new places, the first of each mail included
  skipped INTEGER, -- messages that a rule left out
  failed INTEGER, -- messages that went to failure
  removed INTEGER, -- copies that went away
  updated INTEGER, -- mails and copies that changed
  attachments INTEGER, -- new attachments with content
  requests INTEGER, -- to the servers
  bytes INTEGER -- received
);
INSERT INTO run VALUES(1,'2026-11-29T00:55:31Z','2026-11-29T00:55:31Z','partial',3,1,11,7,9,1,1,0,1,2,15,108687);
INSERT INTO run VALUES(2,'2026-11-29T00:55:31Z','2026-11-29T00:55:32Z','partial',3,1,1,0,1,0,0,2,1,0,6,51353);
CREATE TABLE sync_ahead(
  -- private: items written before the cursor that passes them
  folder INTEGER NOT NULL REFERENCES folder(id), -- which folder
  item TEXT NOT NULL, -- the server's item id
  PRIMARY KEY(folder, item)
) WITHOUT ROWID;
CREATE TABLE sync_mailbox(
  -- private: what else is known of each mailbox
  address TEXT PRIMARY KEY, -- mailbox.address
  first_at TEXT NOT NULL -- the pass that met it first, UTC
) WITHOUT ROWID;
INSERT INTO sync_mailbox VALUES('anna@contoso.example','2026-11-29T00:55:31Z');
INSERT INTO sync_mailbox VALUES('ben@contoso.example','2026-11-29T00:55:31Z');
INSERT INTO sync_mailbox VALUES('cleo@contoso.example','2026-11-29T00:55:31Z');
CREATE TABLE sync_login(
  -- private: logins that were rejected, and when they are tried again
  scope TEXT PRIMARY KEY, -- profile NAME, mailbox ADDRESS; access ADDRESS: a mailbox that was denied
  hash TEXT NOT NULL, -- keyed hash of the credentials; empty: of none
  tries INTEGER NOT NULL, -- rejected so often
  first_at TEXT NOT NULL, -- for the first time, UTC
  last_at TEXT NOT NULL, -- for the last time, UTC
  retry_at TEXT NOT NULL, -- not tried before, UTC
  text TEXT NOT NULL -- what the server said, for a person
) WITHOUT ROWID;
INSERT INTO sync_login VALUES('access cleo@contoso.example','',1,'2026-11-29T00:55:31Z','2026-11-29T00:55:31Z','2026-11-29T01:55:31Z','FindFolder: ErrorNonExistentMailbox: The SMTP address has no mailbox associated with it.: no mailbox has this primary address: check the address, and that the mailbox is not disabled or elsewhere');
CREATE TABLE sync_day(
  -- private: how much mail came, for --status; of the last weeks only
  day TEXT NOT NULL, -- on which it was received, UTC
  mailbox TEXT NOT NULL, -- mailbox.address
  n INTEGER NOT NULL, -- mails
  PRIMARY KEY(day, mailbox)
) WITHOUT ROWID;
CREATE TABLE sync_news(
  -- private: alerts that opened or resolved, and alert_command was not told yet
  scope TEXT NOT NULL, -- alert.scope
  code TEXT NOT NULL, -- alert.code
  first_at TEXT NOT NULL, -- alert.first_at
  PRIMARY KEY(scope, code, first_at)
) WITHOUT ROWID;
CREATE TABLE sync_edition(
  -- private: what the copies of a mail say where they differ: one row for each
  -- way in which a copy that lies somewhere says it; none while all say the same
  n INTEGER PRIMARY KEY, -- sync_copy.edition
  email INTEGER NOT NULL REFERENCES sync_email(n), -- of which mail
  digest TEXT NOT NULL, -- of all that it says
  body TEXT NOT NULL, -- of its text and html
  weight INTEGER NOT NULL, -- how much text it has; -1: it is not known
  contents INTEGER NOT NULL, -- attachments whose content is there
  direction TEXT NOT NULL, -- as in view email, like what follows
  subject TEXT, -- see view email
  sent_at TEXT, -- see view email
  importance TEXT, -- see view email
  sensitivity TEXT, -- see view email
  has_attachments INTEGER NOT NULL, -- see view email
  body_state TEXT NOT NULL, -- see view email
  differs INTEGER NOT NULL, -- 1: text and html are here; 0: the mail shows them
  text TEXT, -- see view email_copy_text
  html TEXT -- see view email_copy_text
);
INSERT INTO sync_edition VALUES(1,6,'4302d5226ce94335bdedd64a8cbb49eb','94554e9ec8a5d5ed207f221308178d63',48,0,'out','Re: inquiry','2026-03-02T09:00:00Z','normal','normal',0,'full',1,replace(replace('Seven tables are 1,400 €, Carl''s “special” price.\r\n','\r',char(13)),'\n',char(10)),NULL);
INSERT INTO sync_edition VALUES(2,6,'374e308aa8ea42ded6693814d0e03e28','b3f334a41219536c3dca7159652e9fee',95,0,'out','Re: inquiry','2026-03-02T09:00:00Z','normal','normal',0,'full',0,NULL,NULL);
CREATE TABLE sync_edition_party(
  -- private: as sync_party
  edition INTEGER NOT NULL REFERENCES sync_edition(n), -- sync_edition.n
  role TEXT NOT NULL, -- see view email_party for this and what follows
  position INTEGER NOT NULL, -- see view email_party
  address TEXT, -- see view email_party
  name TEXT, -- see view email_party
  raw_address TEXT, -- see view email_party
  PRIMARY KEY(edition, role, position)
) WITHOUT ROWID;
INSERT INTO sync_edition_party VALUES(1,'bcc',0,'dora@fabrikam.example','Dora Dahl',NULL);
INSERT INTO sync_edition_party VALUES(1,'from',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_edition_party VALUES(1,'sender',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_edition_party VALUES(1,'to',0,'carl@fabrikam.example','Carl Clay',NULL);
INSERT INTO sync_edition_party VALUES(2,'from',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_edition_party VALUES(2,'sender',0,'anna@contoso.example','Anna Arndt',NULL);
INSERT INTO sync_edition_party VALUES(2,'to',0,'carl@fabrikam.example','Carl Clay',NULL);
CREATE TABLE sync_edition_link(
  -- private: as sync_link
  edition INTEGER NOT NULL REFERENCES sync_edition(n), -- sync_edition.n
  crm_type TEXT NOT NULL, -- see view email_link for this and what follows
  crm_id TEXT NOT NULL, -- see view email_link
  role TEXT NOT NULL, -- see view email_link
  PRIMARY KEY(edition, crm_type, crm_id)
) WITHOUT ROWID;
INSERT INTO sync_edition_link VALUES(1,'contact','c1','to');
INSERT INTO sync_edition_link VALUES(1,'contact','c2','bcc');
INSERT INTO sync_edition_link VALUES(1,'user','u1','from');
INSERT INTO sync_edition_link VALUES(2,'contact','c1','to');
INSERT INTO sync_edition_link VALUES(2,'user','u1','from');
CREATE TABLE sync_edition_attachment(
  -- private: as sync_attachment
  edition INTEGER NOT NULL REFERENCES sync_edition(n), -- sync_edition.n
  position INTEGER NOT NULL, -- see view attachment for this and what follows
  name TEXT, -- see view attachment
  media_type TEXT, -- see view attachment
  size INTEGER, -- see view attachment
  content_id TEXT, -- see view attachment
  inline INTEGER NOT NULL, -- see view attachment
  kind TEXT NOT NULL, -- see view attachment
  sha256 TEXT, -- see view attachment
  state TEXT, -- see view attachment
  url TEXT, -- see view attachment
  PRIMARY KEY(edition, position)
) WITHOUT ROWID;
CREATE TABLE sync_blob(
  -- private: how many attachments have each content
  blob INTEGER PRIMARY KEY REFERENCES blob(n), -- blob.n
  refs INTEGER NOT NULL -- rows of sync_attachment and sync_edition_attachment
);
INSERT INTO sync_blob VALUES(1,2);
CREATE TABLE sync_blob_loose(
  -- private: contents that no attachment has, or had when they came
  blob INTEGER PRIMARY KEY REFERENCES blob(n) -- blob.n
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('change',15);
CREATE INDEX folder_mailbox ON folder(mailbox);
CREATE INDEX sync_email_variant ON sync_email(variant_of)
  WHERE variant_of IS NOT NULL;
CREATE VIEW email(
  -- one row for each mail, however many mailboxes hold it
  id, -- 32 hex digits, a hash of the Message-ID; the same in a rebuilt file
  message_id, -- with its <>; NULL: the mail has none
  in_reply_to, -- Message-ID of the mail it answers
  refs, -- the References header: Message-IDs, oldest first
  conversation_id, -- the server's own, opaque
  thread_id, -- the same for all mails of a thread: email.id of its first
  direction, -- in, out, internal
  subject, -- as in the mail
  sent_at, -- UTC, 2026-11-20T08:16:00Z
  received_at, -- UTC
  importance, -- low, normal, high
  sensitivity, -- normal, personal, private, confidential
  item_class, -- IPM.Note, IPM.Note.SMIME, IPM.Schedule.Meeting.Request, ...
  has_attachments, -- 0, 1
  size, -- bytes, as the server says
  body_state, -- full, headers (no body wanted), too_large, failed
  headers -- the raw header block, where the server tells it
) AS SELECT id, message_id, in_reply_to, refs, conversation_id, thread_id,
  direction, subject, sent_at, received_at, importance, sensitivity,
  item_class, has_attachments, size, body_state, headers FROM sync_email
;
CREATE VIEW email_body(
  -- one row for each mail; the text in the form in which it was written
  email_id, -- email.id
  text, -- plain text, or NULL
  html -- HTML, or NULL
) AS SELECT id, text, html FROM sync_email
;
CREATE VIEW email_party(
  -- senders and recipients
  email_id, -- email.id
  role, -- from, sender, to, cc, bcc, reply_to
  position, -- 0, 1, ... within the role
  address, -- SMTP address as written; NULL: it has none
  name, -- display name
  raw_address -- what it was where it was not SMTP (/o=.../cn=...)
) AS SELECT e.id, p.role, p.position, p.address, p.name, p.raw_address
  FROM sync_party p JOIN sync_email e ON e.n = p.email
;
CREATE VIEW email_link(
  -- one row for each user and contact whom the mail concerns
  email_id, -- email.id
  crm_type, -- party.crm_type
  crm_id, -- party.crm_id
  role -- the first of from, sender, to, cc, bcc in which they appear
) AS SELECT e.id, l.crm_type, l.crm_id, l.role
  FROM sync_link l JOIN sync_email e ON e.n = l.email
;
CREATE VIEW attachment(
  -- the attachments of each mail
  email_id, -- email.id
  position, -- 0, 1, ...
  name, -- file name as the sender wrote it: never use it as a path
  media_type, -- image/png, message/rfc822, ...
  size, -- bytes
  content_id, -- what cid: links in the HTML refer to
  inline, -- 1: shown inside the text
  kind, -- file, item (an attached message), reference (a link)
  sha256, -- blob.sha256; NULL: the content is not stored
  state, -- full, too_large, failed, reference, skipped, gone
  url -- where a reference points
) AS SELECT e.id, a.position, a.name, a.media_type, a.size, a.content_id,
  a.inline, a.kind, a.sha256, a.state, a.url
  FROM sync_attachment a JOIN sync_email e ON e.n = a.email
;
CREATE INDEX sync_edition_email ON sync_edition(email);
CREATE VIEW email_copy(
  -- one row for each place where the mail lies or lay
  email_id, -- email.id
  mailbox, -- mailbox.address
  folder, -- folder.id
  item_id, -- the server's id of this copy, opaque; another after a move
  is_read, -- 0, 1
  removed_at, -- moved or deleted since, UTC; NULL: it lies there
  text_differs -- 1: its text is not that of email_body (a banner, a disclaimer): see email_copy_text
) AS SELECT e.id, c.mailbox, c.folder, c.item_id, c.is_read, c.removed_at,
  ifnull((SELECT x.differs FROM sync_edition x WHERE x.n = c.edition), 0)
  FROM sync_copy c JOIN sync_email e ON e.n = c.email
;
CREATE VIEW email_copy_text(
  -- the own text of copies whose text is not that of email_body
  email_id, -- email.id
  mailbox, -- mailbox.address
  item_id, -- email_copy.item_id
  text, -- plain text, or NULL
  html -- HTML, or NULL
) AS SELECT e.id, c.mailbox, c.item_id, x.text, x.html
  FROM sync_copy c JOIN sync_edition x ON x.n = c.edition AND x.differs = 1
  JOIN sync_email e ON e.n = c.email
;
COMMIT;
