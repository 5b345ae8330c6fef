import type { SectionReader } from "polywan-core/config/section-reader";
import type { TlsModel } from "./model.ts";

/** Options ca, insecure, certificate and key of a section. Those two belong together; one alone is a problem and counts as none. */
export function parseTls(reader: SectionReader): TlsModel {
	const insecure = reader.boolean("insecure");
	if (insecure) {
		const message =
			"lets any certificate pass: whoever is on the way can read and change everything; better name the server's own by option ca";
		reader.report("insecure", "1", message, "warning");
	}
	return { authorities: pathOf(reader, "ca"), insecure, own: parseOwn(reader) };
}

function parseOwn(reader: SectionReader): TlsModel["own"] {
	if (!reader.has("certificate") && !reader.has("key")) return null;
	const certificate = pathOf(reader, "certificate");
	const key = pathOf(reader, "key");
	if (certificate !== null && key !== null) return { certificate, key };
	if (reader.has("certificate") !== reader.has("key")) {
		const missing = certificate === null ? "certificate" : "key";
		reader.report(missing, null, "is missing: a certificate and its key go together; none is shown");
	}
	return null;
}

function pathOf(reader: SectionReader, option: string): string | null {
	const path = reader.stringOrNull(option);
	if (path === null || path.startsWith("/")) return path;
	reader.report(option, path, "must be an absolute path");
	return null;
}
