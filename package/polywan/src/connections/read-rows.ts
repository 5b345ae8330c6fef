import { ConntrackCollector } from "polywan-runtime/conntrack";
import { processorCount } from "polywan-runtime/program";
import { CT_GET } from "../apply/conntrack.ts";
import {
	bigEndian32,
	buildAttribute,
	buildMessage,
	concatenate,
	NLM_F_DUMP,
	NLM_F_REQUEST,
} from "../netlink/message.ts";
import { ROW_BYTES } from "./row.ts";
import { buildFilter, type Criteria, type Paging } from "./selection.ts";

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

/** Reads connection tracking once, and gives a page of what is wanted; one at a time. Rejects with SystemError. */
export function readRows(criteria: Criteria, paging: Paging): Promise<Found> {
	const found = before.then(() => read(criteria, paging));
	before = found.catch(() => {});
	return found;
}

async function read(criteria: Criteria, paging: Paging): Promise<Found> {
	const { order, reverse, offset, limit } = paging;
	const parts = splitByMark(criteria, paging.splitMask ?? 0).map(async (part) => {
		const filter = buildFilter(part);
		const collector = new ConntrackCollector({ filter, capacity: offset + limit, order, reverse });
		await collector.read(buildRequest(part));
		return collector;
	});
	const [collector, ...others] = await Promise.all(parts);
	if (collector === undefined) throw new Error("a dump has one part at least");
	for (const other of others) collector.merge(other);
	const { total, live } = collector;
	return { total, live, rows: collector.takeRows().subarray(offset * ROW_BYTES) };
}

/** The kernel works on as many parts of a dump at once as there are processors: entries with the mask's bit, and those without. */
function splitByMark(criteria: Criteria, mask: number): readonly Criteria[] {
	if (criteria.mark !== null || mask === 0 || processorCount() < 2) return [criteria];
	return [0, mask].map((value) => ({ ...criteria, mark: { value, mask } }));
}

/** The kernel leaves out other marks and families; one that is too old for that leaves it to the collector. */
function buildRequest({ mark, family }: Criteria): Uint8Array {
	const version = family === null ? 0 : family === 4 ? AF_INET : AF_INET6;
	const payload: Uint8Array[] = [Uint8Array.of(version, 0, 0, 0)];
	if (mark !== null) {
		payload.push(buildAttribute(CTA_MARK, bigEndian32(mark.value)));
		payload.push(buildAttribute(CTA_MARK_MASK, bigEndian32(mark.mask)));
	}
	const flags = NLM_F_REQUEST | NLM_F_DUMP;
	return buildMessage({ type: CT_GET, flags, sequence: 1, payload: concatenate(payload) });
}
