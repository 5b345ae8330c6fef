import { signal } from "@preact/signals";
import type { ToolKind } from "polywan-core/tool/request";

/** What became of the last file: its run is no more. */
export const note = signal<{ readonly of: ToolKind; readonly text: string } | null>(null);
