import { wallMs } from "polywan-runtime/clock";
import { exists, listDirectory, readText } from "polywan-runtime/file";
import { UciError, type UciPackage } from "uci-parser/config";
import { isPackageName } from "uci-parser/name";
import { parsePackage } from "uci-parser/parse";
import { errorMessage } from "../apply/tool.ts";
import { Mask } from "./mask.ts";
import { PARTS, type Part } from "./parts.ts";

const CONFIG_FOLDER = "/etc/config";
/** What is shown; secrets are learned from all of them. */
const SHOWN = ["polywan", "polywan_reports", "polywan_secrets", "network", "firewall"];

/** What helps somebody else to help, as one text without secrets. `tell` hears of each part before it is read. */
export async function buildBundle(tell: (title: string) => void): Promise<string> {
	const mask = new Mask();
	const packages = readPackages();
	for (const pkg of packages.values()) if (typeof pkg !== "string") mask.learn(pkg);
	const texts = [renderHeader(new Date(wallMs()).toISOString())];
	const add = (title: string, text: string) => texts.push(`===== ${title} =====\n${text.trimEnd()}\n`);
	for (const name of SHOWN) {
		const pkg = packages.get(name);
		const text = pkg === undefined ? "(not there)" : typeof pkg === "string" ? pkg : mask.renderPackage(pkg);
		add(`${CONFIG_FOLDER}/${name}`, text);
	}
	for (const part of PARTS) {
		tell(part.title);
		add(part.title, mask.render(await readPart(part)));
	}
	return texts.join("\n");
}

function renderHeader(when: string): string {
	return `polywan support, ${when}

Passwords, keys and user names are replaced by ***, comments of configurations are left out. Read it before you give it
to anybody: it tells the names, addresses and devices of your network.
`;
}

async function readPart({ read, mostCharacters = Number.POSITIVE_INFINITY }: Part): Promise<string> {
	try {
		const text = await read();
		return text.length > mostCharacters
			? `(the beginning is left out)\n${text.slice(-mostCharacters)}`
			: text;
	} catch (error) {
		return `(${errorMessage(error)})`;
	}
}

/** A text where a file cannot be read: nothing of it is shown then. */
function readPackages(): ReadonlyMap<string, UciPackage | string> {
	const names = exists(CONFIG_FOLDER) ? listDirectory(CONFIG_FOLDER).filter(isPackageName) : [];
	return new Map(names.map((name) => [name, readPackage(name)]));
}

function readPackage(name: string): UciPackage | string {
	try {
		return parsePackage(name, readText(`${CONFIG_FOLDER}/${name}`), { strict: false });
	} catch (error) {
		return `(cannot be read: ${error instanceof UciError ? "it is no configuration" : errorMessage(error)})`;
	}
}
