import { exists, listDirectory, readText, removeFile, stat, writeFileAtomic } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { hasTool } from "../apply/tool.ts";

/** Where OpenWrt writes the configuration of each instance. */
const CONFIG_FOLDER = "/var/etc";
const PID_FOLDER = "/var/run/dnsmasq";
const DROP_IN = "polywan.conf";
const TIMEOUT_MS = 15_000;

/** The name server of the router. */
export class Dnsmasq {
	#options: Promise<string> | null = null;

	/** What it cannot do, for the user; null: nothing. Rejects never. */
	async limit(firewall: "nftables" | "iptables"): Promise<string | null> {
		if (!hasTool("dnsmasq") || listFolders().length === 0) return "dnsmasq does not run here";
		this.#options ??= readOptions();
		const wanted = firewall === "nftables" ? "nftset" : "ipset";
		const options = (await this.#options).split(/\s+/);
		return options.includes(wanted) ? null : `dnsmasq is built without ${wanted} (install dnsmasq-full)`;
	}

	/** Gives it the sets to fill, none to take ours away; starts it anew where that is a change. Gives whether it was. */
	async setSets(text: string): Promise<boolean> {
		const paths = listFolders().map((folder) => `${folder}/${DROP_IN}`);
		const stale = paths.filter((path) => (exists(path) ? readText(path) : "") !== text);
		for (const path of stale) {
			if (text === "") removeFile(path);
			else writeFileAtomic(path, text, 0o644);
		}
		if (stale.length === 0) return false;
		await run(["/etc/init.d/dnsmasq", "restart"]);
		return true;
	}

	/** Makes it forget what it knows, so that it asks again and fills sets that are empty. */
	async forget(): Promise<void> {
		if (!exists(PID_FOLDER)) return;
		for (const file of listDirectory(PID_FOLDER)) {
			const pid = readText(`${PID_FOLDER}/${file}`).trim();
			if (/^[1-9][0-9]*$/.test(pid)) await run(["kill", "-HUP", pid]);
		}
	}
}

/** conf-dir of every instance. */
function listFolders(): readonly string[] {
	if (!exists(CONFIG_FOLDER)) return [];
	const folders = listDirectory(CONFIG_FOLDER)
		.filter((file) => file.startsWith("dnsmasq.conf"))
		.flatMap((file) => [...readText(`${CONFIG_FOLDER}/${file}`).matchAll(/^conf-dir=([^,\n]+)/gm)])
		.map(([, folder = ""]) => folder.trim());
	return [...new Set(folders)].filter((folder) => stat(folder)?.isDirectory ?? false);
}

async function readOptions(): Promise<string> {
	const end = await run(["dnsmasq", "--version"]);
	return end === null ? "" : (/^Compile time options: (.*)$/m.exec(end)?.[1] ?? "");
}

/** What it printed; null when it failed, which its own log tells of. */
async function run(argv: readonly string[]): Promise<string | null> {
	try {
		const end = await spawn(argv, { timeoutMs: TIMEOUT_MS }).done;
		return end.exitCode === 0 ? new TextDecoder().decode(end.stdout) : null;
	} catch {
		return null;
	}
}
