/*
 * ops.h - the operations. Each writes its response messages.
 * Those marked W hold world.lock exclusively.
 */
#ifndef SIM_OPS_H
#define SIM_OPS_H

#include "ews/call.h"

void ops_get_folder(struct call *);
void ops_find_folder(struct call *);
void ops_sync_hierarchy(struct call *);
void ops_sync_items(struct call *);
void ops_find_item(struct call *);
void ops_get_item(struct call *);
void ops_get_attachment(struct call *);
void ops_resolve_names(struct call *);
void ops_convert_id(struct call *);
void ops_time_zones(struct call *);
void ops_create_folder(struct call *);     /* W */
void ops_move_item(struct call *);         /* W; CopyItem too */
void ops_delete_item(struct call *);       /* W */
void ops_update_item(struct call *);       /* W */
void ops_create_item(struct call *);       /* W */
void ops_send_item(struct call *);         /* W */
void ops_create_attachment(struct call *); /* W */
void ops_delete_attachment(struct call *); /* W */

#endif
