import type { ServerResponse } from "node:http";

/** uhttpd's page for an error. */
export function sendError(response: ServerResponse, code: number, summary: string, text: string): void {
	if (response.headersSent) {
		response.end();
		return;
	}
	response.writeHead(code, summary, { "Content-Type": "text/html" });
	response.end(`<h1>${summary}</h1>${escapeHtml(text)}`);
}

export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
