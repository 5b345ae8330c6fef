import { tableInfo } from "polywan:xtables";
import { checkResult } from "./error.ts";

/**
 * Where rules of a table of legacy iptables start and end and how many there are, as bytes to compare: struct ipt_getinfo of
 * linux/netfilter_ipv4/ip_tables.h. One cheap call; makes the table when it is not there. Throws SystemError: ENOPROTOOPT
 * where the kernel has no legacy iptables.
 */
export function readTableInfo(family: 4 | 6, table: string): Uint8Array {
	return checkResult(tableInfo(family, table), "getsockopt", () => `look at the IPv${family} table ${table}`);
}
