import { ConntrackCollector } from "polywan-runtime/conntrack";
import { Socket } from "polywan-runtime/socket";
import { CT_GET } from "../apply/conntrack.ts";
import {
	bigEndian32,
	buildAttribute,
	buildMessage,
	concatenate,
	NLM_F_DUMP,
	NLM_F_REQUEST,
} from "../netlink/message.ts";
import { NETLINK_NETFILTER, NetlinkError } from "../netlink/request.ts";
import { ROW_BYTES } from "./row.ts";
import { buildFilter, type Criteria, type Paging } from "./selection.ts";

const RECEIVE_BYTES = 64 * 1024;
/** Then the rest of the program has its turn. */
const MOST_AT_ONCE = 8;
const TIMEOUT_MS = 10_000;
const CTA_MARK = 8;
const CTA_MARK_MASK = 21;
const AF_INET = 2;
const AF_INET6 = 10;

export interface Found {
	/** How many there are besides those of the page. */
	readonly total: number;
	/** How many of all did not end: ended TCP connections are remembered for a while. */
	readonly live: number;
	/** The page's rows, for `parseRows`. */
	readonly rows: Uint8Array;
}

let before: Promise<unknown> = Promise.resolve();

/** Reads connection tracking once, and gives a page of what is wanted; one at a time. Rejects with SystemError or NetlinkError. */
export function readRows(criteria: Criteria, paging: Paging): Promise<Found> {
	const found = before.then(() => read(criteria, paging));
	before = found.catch(() => {});
	return found;
}

async function read(criteria: Criteria, { order, reverse, offset, limit }: Paging): Promise<Found> {
	const filter = buildFilter(criteria);
	const collector = new ConntrackCollector({ filter, capacity: offset + limit, order, reverse });
	await collect(collector, criteria);
	const { total, live } = collector;
	return { total, live, rows: collector.takeRows().subarray(offset * ROW_BYTES) };
}

/** The kernel leaves out other marks and families; one that is too old for that leaves it to the collector. */
function buildRequest({ mark, family }: Criteria): Uint8Array {
	const version = family === null ? 0 : family === 4 ? AF_INET : AF_INET6;
	const header = Uint8Array.of(version, 0, 0, 0);
	if (mark === null) return header;
	return concatenate([
		header,
		buildAttribute(CTA_MARK, bigEndian32(mark.value)),
		buildAttribute(CTA_MARK_MASK, bigEndian32(mark.mask)),
	]);
}

function collect(collector: ConntrackCollector, criteria: Criteria): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = Socket.open("netlink", "raw", NETLINK_NETFILTER);
		const buffer = new Uint8Array(RECEIVE_BYTES);
		const end = (settle: () => void) => {
			clearTimeout(deadline);
			watch.close();
			socket.close();
			settle();
		};
		const deadline = setTimeout(() => end(() => reject(new NetlinkError("read connections", 0))), TIMEOUT_MS);
		const watch = socket.watch({ read: true }, () => {
			try {
				for (let count = 0; count < MOST_AT_ONCE; count++) {
					const received = socket.receive(buffer);
					if (received === null) return;
					if (collector.add(buffer.subarray(0, received.bytes))) return end(resolve);
				}
			} catch (error) {
				end(() => reject(error));
			}
		});
		const message = {
			type: CT_GET,
			flags: NLM_F_REQUEST | NLM_F_DUMP,
			sequence: 1,
			payload: buildRequest(criteria),
		};
		try {
			socket.bind({ family: "netlink", pid: 0, groups: 0 });
			socket.send(buildMessage(message), { family: "netlink", pid: 0, groups: 0 });
		} catch (error) {
			end(() => reject(error));
		}
	});
}
