import { Socket } from "polywan-runtime/socket";
import { NETLINK_NETFILTER, NetlinkError } from "./kernel-socket.ts";
import {
	buildAttribute,
	buildMessage,
	buildNested,
	concatenate,
	host32,
	NLM_F_ACK,
	NLM_F_REQUEST,
	NLMSG_ERROR,
	parseErrorCode,
	parseMessages,
} from "./message.ts";
import { receiveBuffer } from "./receive-buffer.ts";

// Elements of a verdict map over netlink: include/uapi/linux/netfilter/nf_tables.h. Starting nft for it costs a hundred times as much.

const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_NEWSETELEM = (NFNL_SUBSYS_NFTABLES << 8) | 12;
const NFT_MSG_DELSETELEM = (NFNL_SUBSYS_NFTABLES << 8) | 14;
const NLM_F_CREATE = 0x400;
const NFPROTO_INET = 1;
const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;
/** NFT_GOTO, -4, in network byte order. */
const GOTO = Uint8Array.of(0xff, 0xff, 0xff, 0xfc);

/**
 * Netlink port of our own changes of elements: the kernel names it in what it tells of them, so that they are no news. The
 * same in either byte order, as filters read it in network order.
 */
const ELEMENTS_PORT = 0x70777770;

/** New verdicts of numbered elements in one map. */
export interface ElementChange {
	readonly set: string;
	/** Element → chain to go to. Each is in the map already. */
	readonly elements: readonly (readonly [key: number, chain: string])[];
}

/** Elements of one set or map that go, and then those that come. */
export interface ElementReplacement {
	readonly set: string;
	readonly removed: readonly Uint8Array[];
	readonly added: readonly Uint8Array[];
}

/** Changes maps of one table of family inet, all in one transaction, before the call returns. */
export class ElementWriter {
	readonly #table: Uint8Array;
	readonly #additions = new Map<string, Uint8Array[]>();
	readonly #removals = new Map<number, Uint8Array>();
	#socket: Socket | null = null;
	#sequence = 1;

	constructor(table: string) {
		this.#table = buildAttribute(NFTA_SET_ELEM_LIST_TABLE, text(table));
	}

	/** Throws SystemError or NetlinkError; then nothing was changed. */
	write(changes: readonly ElementChange[]): void {
		this.replace(
			changes.map(({ set, elements }) => ({
				set,
				removed: elements.map(([key]) => this.#removal(key)),
				added: elements.map(([key, chain]) => this.#addition(key, chain)),
			})),
		);
	}

	/** The same for elements of any kind, as `buildElement` makes them. */
	replace(changes: readonly ElementReplacement[]): void {
		const parts = changes.flatMap(({ set, removed, added }) => {
			const name = buildAttribute(NFTA_SET_ELEM_LIST_SET, text(set));
			return [
				{ name, type: NFT_MSG_DELSETELEM, flags: 0, elements: removed },
				{ name, type: NFT_MSG_NEWSETELEM, flags: NLM_F_CREATE, elements: added },
			].filter(({ elements }) => elements.length > 0);
		});
		const last = parts.at(-1);
		if (last === undefined) return;
		const messages = parts.map((part) =>
			this.#message(part.type, part.flags | (part === last ? NLM_F_ACK : 0), part.name, part.elements),
		);
		this.#exchange(
			concatenate([this.#frame(NFNL_MSG_BATCH_BEGIN), ...messages, this.#frame(NFNL_MSG_BATCH_END)]),
		);
	}

	close(): void {
		this.#socket?.close();
		this.#socket = null;
	}

	/** struct nfgenmsg of a batch names the subsystem, in network byte order. */
	#frame(type: number): Uint8Array {
		const payload = Uint8Array.of(0, 0, 0, NFNL_SUBSYS_NFTABLES);
		return buildMessage({ type, flags: NLM_F_REQUEST, sequence: this.#sequence++, payload });
	}

	#message(type: number, flags: number, set: Uint8Array, elements: readonly Uint8Array[]): Uint8Array {
		const payload = concatenate([
			Uint8Array.of(NFPROTO_INET, 0, 0, 0),
			this.#table,
			set,
			buildNested(NFTA_SET_ELEM_LIST_ELEMENTS, elements),
		]);
		return buildMessage({ type, flags: NLM_F_REQUEST | flags, sequence: this.#sequence++, payload });
	}

	#removal(key: number): Uint8Array {
		const known = this.#removals.get(key) ?? buildNested(NFTA_LIST_ELEM, [keyOf(key)]);
		this.#removals.set(key, known);
		return known;
	}

	#addition(key: number, chain: string): Uint8Array {
		const ofChain = this.#additions.get(chain) ?? [];
		const known = ofChain[key] ?? buildNested(NFTA_LIST_ELEM, [keyOf(key), verdictOf(chain)]);
		ofChain[key] = known;
		this.#additions.set(chain, ofChain);
		return known;
	}

	/** nf_tables works while the message is sent: the answer is there when `send` returns. */
	#exchange(batch: Uint8Array): void {
		this.#socket ??= openSocket();
		this.#socket.send(batch, { family: "netlink", pid: 0, groups: 0 });
		for (;;) {
			const received = this.#socket.receive(receiveBuffer);
			if (received === null) throw new NetlinkError("change the elements of a map", 0);
			for (const { type, payload } of parseMessages(receiveBuffer.subarray(0, received.bytes))) {
				if (type !== NLMSG_ERROR) continue;
				const code = parseErrorCode(payload);
				if (code === 0) return;
				this.close();
				throw new NetlinkError("change the elements of a map", code);
			}
		}
	}
}

function openSocket(): Socket {
	const socket = Socket.open("netlink", "raw", NETLINK_NETFILTER);
	try {
		socket.setOption("sendBuffer", 256 * 1024);
		bind(socket);
	} catch (error) {
		socket.close();
		throw error;
	}
	return socket;
}

/** Another program has our port: then its changes go unnoticed for once, and ours are noticed. */
function bind(socket: Socket): void {
	try {
		socket.bind({ family: "netlink", pid: ELEMENTS_PORT, groups: 0 });
	} catch {
		socket.bind({ family: "netlink", pid: 0, groups: 0 });
	}
}

function keyOf(key: number): Uint8Array {
	return buildNested(NFTA_SET_ELEM_KEY, [buildAttribute(NFTA_DATA_VALUE, host32(key))]);
}

function verdictOf(chain: string): Uint8Array {
	const verdict = buildNested(NFTA_DATA_VERDICT, [
		buildAttribute(NFTA_VERDICT_CODE, GOTO),
		buildAttribute(NFTA_VERDICT_CHAIN, text(chain)),
	]);
	return buildNested(NFTA_SET_ELEM_DATA, [verdict]);
}

function text(value: string): Uint8Array {
	return new TextEncoder().encode(`${value}\0`);
}

/** Classic BPF that leaves out what the kernel tells of our own changes of elements: nlmsg_pid. */
export const WITHOUT_OUR_ELEMENTS: readonly [number, number, number, number][] = [
	[0x20, 0, 0, 12],
	[0x15, 0, 1, ELEMENTS_PORT],
	[0x06, 0, 0, 0],
	[0x06, 0, 0, 0xffffffff],
];
