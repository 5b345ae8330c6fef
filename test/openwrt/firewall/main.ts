// fw4's part in the lab: builds the table inet fw4 (or, where /etc/lab-firewall says iptables, chains
// like fw3's) from /etc/config/firewall and puts it into the kernel in one transaction.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFirewall } from "./config.ts";
import { renderIptables } from "./iptables.ts";
import { renderNft } from "./nft.ts";

/** Holds "iptables" where the lab wants that. */
const flavourFile = "/etc/lab-firewall";

const families = [
	{ family: "ipv4", program: "iptables" },
	{ family: "ipv6", program: "ip6tables" },
] as const;

function run(argv: string[], input?: string): boolean {
	const [program = "", ...args] = argv;
	try {
		execFileSync(program, args, { input: input ?? "", stdio: ["pipe", "inherit", "pipe"] });
		return true;
	} catch (error) {
		lastComplaint = error instanceof Error ? error.message : String(error);
		return false;
	}
}

let lastComplaint = "";

function must(done: boolean): void {
	if (done) return;
	console.error(`fw4: ${lastComplaint}`);
	process.exit(1);
}

const isIptables = existsSync(flavourFile) && readFileSync(flavourFile, "utf8").trim() === "iptables";

function apply(): void {
	if (!isIptables) {
		must(run(["nft", "-f", "-"], renderNft(readFirewall())));
		return;
	}
	for (const { family, program } of families) {
		const { text, jumps } = renderIptables(readFirewall(), family);
		must(run([`${program}-restore`, "-w", "--noflush"], text));
		for (const [table, from, to] of jumps)
			if (!run([program, "-w", "-t", table, "-C", from, "-j", to]))
				must(run([program, "-w", "-t", table, "-A", from, "-j", to]));
	}
}

function remove(): void {
	if (!isIptables) {
		run(["nft", "delete", "table", "inet", "fw4"]);
		return;
	}
	for (const { family, program } of families)
		for (const [table, from, to] of renderIptables(readFirewall(), family).jumps) {
			run([program, "-w", "-t", table, "-D", from, "-j", to]);
			run([program, "-w", "-t", table, "-F", to]);
			run([program, "-w", "-t", table, "-X", to]);
		}
}

function print(): void {
	const firewall = readFirewall();
	if (!isIptables) process.stdout.write(renderNft(firewall));
	else for (const { family } of families) process.stdout.write(renderIptables(firewall, family).text);
}

const verbs: { [name: string]: () => void } = {
	start: apply,
	reload: apply,
	restart: () => {
		remove();
		apply();
	},
	stop: remove,
	flush: remove,
	print,
	check: print,
};

const name = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "";
const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
if (!verb) {
	console.error(`Usage: fw4 [-q] ${Object.keys(verbs).join("|")}`);
	process.exit(1);
}
verb();
