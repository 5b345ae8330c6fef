import { FAMILIES, type Family } from "polywan-core/family";
import { IPTABLES_TABLES } from "polywan-core/render/iptables/ruleset";
import { readText } from "polywan-runtime/file";
import { readTableInfo } from "polywan-runtime/xtables";

/** Legacy iptables tells nobody of changes; a look at where its rules start and end costs some microseconds. */
const LOOK_MS = 400;

/** Notices when somebody else changes a table of legacy iptables; a kernel without it has none to look at. */
export class XtablesWatch {
	readonly #onForeign: () => void;
	#accepted = "";
	#timer: number | null = null;

	constructor(onForeign: () => void) {
		this.#onForeign = onForeign;
	}

	/** Looks from now on. */
	start(): void {
		this.accept();
		this.#schedule();
	}

	/** What is there now is as it should be. */
	accept(): void {
		this.#accepted = readFingerprint();
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	#schedule(): void {
		this.close();
		this.#timer = setTimeout(() => {
			const now = readFingerprint();
			if (now !== this.#accepted) {
				this.#accepted = now;
				this.#onForeign();
			}
			this.#schedule();
		}, LOOK_MS);
	}
}

function readFingerprint(): string {
	return FAMILIES.flatMap((family) => {
		const present = readTableNames(family);
		return IPTABLES_TABLES.filter((table) => present.includes(table)).map((table) => look(family, table));
	}).join(" ");
}

/** The tables there are: asking for another would make it. */
function readTableNames(family: Family): readonly string[] {
	try {
		return readText(family === 4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names").split("\n");
	} catch {
		return [];
	}
}

function look(family: Family, table: string): string {
	try {
		return [...readTableInfo(family, table)].join(",");
	} catch {
		return "";
	}
}
