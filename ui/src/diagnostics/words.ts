import { lateWords } from "../late-words.ts";
import { type DiagnosticsKey, type DiagnosticsWords, diagnosticsEn } from "../words/diagnostics/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<DiagnosticsWords>(diagnosticsEn, {
	de: async () => (await import("../words/diagnostics/de.ts")).diagnosticsDe,
	es: async () => (await import("../words/diagnostics/es.ts")).diagnosticsEs,
	zh: async () => (await import("../words/diagnostics/zh.ts")).diagnosticsZh,
});

/** As t(), for what only the page about diagnostics says. */
export function td(key: DiagnosticsKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}
