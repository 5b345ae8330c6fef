import type { Family } from "polywan-core/family";
import type { FilterInstruction } from "polywan-runtime/socket";
import { ICMP } from "./icmp.ts";

// Classic BPF (linux/filter.h). Offsets count from the start of what the socket gives; X holds where ICMP begins.
const LOAD_INDEX = 0x01; // BPF_LDX | BPF_IMM
const LOAD_INDEX_HEADER = 0xb1; // BPF_LDX | BPF_B | BPF_MSH: four times the low half of a byte
const LOAD_BYTE = 0x50; // BPF_LD | BPF_B | BPF_IND
const LOAD_HALF = 0x48; // BPF_LD | BPF_H | BPF_IND
const JUMP_EQUAL = 0x15;
const RETURN = 0x06;

/** Lets only answers to the probes with this identifier pass, and errors about them: every raw socket gets every ICMP packet. */
export function buildIcmpFilter(family: Family, identifier: number): FilterInstruction[] {
	const { reply, errors, request, headerBytes, protocol, protocolAt } = ICMP[family];
	const quoted = 8 + headerBytes;
	const checks: FilterInstruction[] = [
		[LOAD_BYTE, 0, 0, 8 + protocolAt],
		[JUMP_EQUAL, 0, 5, protocol],
		[LOAD_BYTE, 0, 0, quoted],
		[JUMP_EQUAL, 0, 3, request],
		[LOAD_HALF, 0, 0, quoted + 4],
		[JUMP_EQUAL, 0, 1, identifier],
		[RETURN, 0, 0, 0x40000],
		[RETURN, 0, 0, 0],
	];
	const isReply: FilterInstruction[] = [
		[LOAD_HALF, 0, 0, 4],
		[JUMP_EQUAL, checks.length - 2, checks.length - 1, identifier],
	];
	// Jumps count from the next instruction: over the remaining types and the check of a reply.
	const isError = errors.map((type, index): FilterInstruction => {
		const last = index === errors.length - 1;
		const remaining = errors.length - 1 - index;
		return [JUMP_EQUAL, remaining + isReply.length, last ? isReply.length + checks.length - 1 : 0, type];
	});
	return [
		family === 4 ? [LOAD_INDEX_HEADER, 0, 0, 0] : [LOAD_INDEX, 0, 0, 0],
		[LOAD_BYTE, 0, 0, 0],
		[JUMP_EQUAL, errors.length, 0, reply],
		...isError,
		...isReply,
		...checks,
	];
}
