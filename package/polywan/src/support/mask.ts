import type { UciPackage, UciSection, UciValue } from "uci-parser/config";
import { exportPackage } from "uci-parser/export";

/** Packages whose every value is a secret. */
const ALL_SECRET = ["polywan_secrets"];
/** Options whose value says who somebody is, or gives access: not shown. */
const HIDDEN =
	/pass|secret|psk|token|credential|private|community|cert|username|login|identity|password|headers?$|(^|_)(key\d*|pin|pincode|auth|user|sae|hash|url|args|publickey|presharedkey|privatekey)$|(key|_pwd|pwd)$/i;
/** Of those, the ones whose value is looked for in everything else, too: logs repeat what programs were given. */
const SOUGHT = /pass|secret|psk|token|private|credential|(^|_)(key\d*|pin|pincode)$|(key|pwd)$/i;
/** Anything shorter would take "80" or "lan" out of every line. */
const SHORTEST_SOUGHT = 4;
const MASK = "***";

/** Takes secrets out of texts. */
export class Mask {
	readonly #secrets = new Set<string>();

	/** Remembers the secrets of a configuration. */
	learn(pkg: UciPackage): void {
		for (const section of pkg.sections)
			for (const [name, value] of section.options)
				if (ALL_SECRET.includes(pkg.name) || SOUGHT.test(name))
					for (const text of typeof value === "string" ? [value] : value) this.#remember(text);
	}

	/** A configuration without the values nobody else is to know; comments are left out. */
	renderPackage(pkg: UciPackage): string {
		const sections = pkg.sections.map((section) => hideOptions(section, ALL_SECRET.includes(pkg.name)));
		return this.render(exportPackage({ ...pkg, sections }, { header: false }).trim());
	}

	/** Any text, without the secrets that were learned and what looks like one. */
	render(text: string): string {
		let masked = text;
		// The longest first: one may begin with another.
		for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length))
			masked = masked.replaceAll(secret, MASK);
		return PATTERNS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), masked);
	}

	#remember(secret: string): void {
		const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
		// Of an address that is a secret, what follows the host.
		const path = /^\w+:\/\/[^/]+\/(.+)$/.exec(secret)?.[1];
		for (const form of path === undefined ? forms : [...forms, path])
			if (form.length >= SHORTEST_SOUGHT) this.#secrets.add(form);
	}
}

/** What is a secret by its looks. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
	[/-----BEGIN [A-Z ]*KEY-----.*?(-----END [A-Z ]*KEY-----|$)/gs, MASK],
	// Keys of WireGuard: 32 bytes in base64.
	[/(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=(?![A-Za-z0-9+/=])/g, MASK],
	// User and password, and the query, of an address.
	[/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, `$1${MASK}@`],
	[/(\bhttps?:\/\/[^\s?'"]+\?)[^\s'"]+/gi, `$1${MASK}`],
	[/\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${MASK}`],
	// What programs write about their settings.
	[
		/\b(pass(?:word|wd|phrase)?|secret|psk|token|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"',;]+/gi,
		`$1$2${MASK}`,
	],
];

function hideOptions(section: UciSection, all: boolean): UciSection {
	const options = [...section.options].map(([name, value]): readonly [string, UciValue] => [
		name,
		all || HIDDEN.test(name) ? hide(value) : value,
	]);
	return { ...section, options: new Map(options) };
}

/** That it is there may be known, and of a list how many there are. */
function hide(value: UciValue): UciValue {
	return typeof value === "string" ? (value === "" ? "" : MASK) : value.map(() => MASK);
}
