import type { Problem } from "polywan-core/config/problem";
import type { SectionReader } from "polywan-core/config/section-reader";
import { SECRETS_CONFIG } from "./schema.ts";

export type SecretOption = "token" | "password" | "url" | "hmac_key";

/** What /etc/config/polywan_secrets holds, by section. */
export class Secrets {
	readonly #sections: ReadonlyMap<string, SectionReader>;

	constructor(sections: readonly SectionReader[]) {
		this.#sections = new Map(sections.map((section) => [section.name, section]));
	}

	/** Null when it is not set. */
	read(section: string, option: SecretOption): string | null {
		return this.#sections.get(section)?.stringOrNull(option) ?? null;
	}
}

const SECRET_OPTIONS: readonly string[] = ["token", "password", "hmac_key"] satisfies SecretOption[];

/** A problem as everybody may see it: a secret stays one where its name is misspelt, or where it stands in the wrong file. */
export function maskProblem(problem: Problem): Problem {
	const { config, option, value } = problem;
	const isSecret = config === SECRETS_CONFIG || SECRET_OPTIONS.includes(option ?? "");
	return value !== null && isSecret ? { ...problem, value: "***" } : problem;
}

/** `text` with every secret in it replaced: for messages of programs and servers that repeat what they were given. */
export function maskSecrets(text: string, secrets: readonly (string | null)[]): string {
	const known = secrets.filter((secret): secret is string => secret !== null && secret !== "");
	// The longest first: another may be a part of it.
	return known
		.sort((a, b) => b.length - a.length)
		.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** An address as it may be shown: user, path and query of a webhook often are the secret. */
export function maskUrl(url: string): string {
	const [, scheme = "", host = ""] = /^(\w+:\/\/)(?:[^/?#]*@)?([^/?#]*)/.exec(url) ?? [];
	return scheme === "" ? "***" : `${scheme}${host}/***`;
}
