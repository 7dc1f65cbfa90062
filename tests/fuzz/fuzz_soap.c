/*
 * fuzz_soap.c - answers to every operation as raw bytes. The first byte, a
 * digit, chooses the parser: 0 GetItem, 1 the same with bodies, 2
 * SyncFolderItems, 3 FindFolder, 4 GetFolder, 5 GetAttachment, 6
 * ResolveNames.
 */
#include "fuzz.h"
#include "soaprun.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	soaprun_all((enum soaprun_op)((unsigned)(data[0] - '0') % SOAPRUN_NOP),
	    data + 1, size - 1);
	return 0;
}
