import { useSignal } from "@preact/signals";
import type { RuleStatus } from "polywan-core/status";
import { useMemo, useRef, useState } from "preact/hooks";
import { useAsked } from "../page/use-asked.ts";
import { saidOf } from "../why/question.ts";
import { language, t } from "../words.ts";
import {
	addSection,
	type ConfigPackage,
	type ConfigSection,
	deleteSection,
	freeName,
	moveSection,
	sectionsOf,
	setOption,
	textOf,
	valuesOf,
} from "./config.ts";
import { useDrag } from "./drag.ts";
import { NewSection } from "./new-section.tsx";
import { type Group, SectionForm } from "./section-form.tsx";
import { model } from "./staging.ts";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

const COUNT_MS = 5000;

const GROUPS: readonly Group[] = [
	{ title: "group.target", options: ["enabled", "target"] },
	{
		title: "group.match",
		options: ["family", "proto", "src_ip", "dest_ip", "dest_port", "src_iface", "domain", "app"],
	},
	{ title: "group.more", options: "rest", folded: true },
];

export function RulesPage({ config }: { readonly config: ConfigPackage }) {
	const staging = useStaging();
	const rules = sectionsOf(config, "rule");
	const { answer } = useAsked("rules", COUNT_MS);
	const counted = (answer?.rules ?? []) as unknown as readonly RuleStatus[];
	const hits = new Map(counted.map(({ name, connections }) => [name, connections]));
	const wrong = new Set(model.value.problems.map(({ section }) => section));
	const [open, setOpen] = useState<string | null>(null);
	const said = useSignal("");
	const move = (name: string, neighbour: string, behind: boolean) => {
		staging.edit((before) => {
			const after = moveSection(before, name, neighbour, behind);
			const position = sectionsOf(after, "rule").findIndex((rule) => rule.name === name) + 1;
			said.value = te("rules.moved", { name, position, count: rules.length });
			return after;
		});
	};
	const { dragged, handle } = useDrag(({ item, zone, behind }) => move(item, zone, behind));
	const step = (name: string, by: number) => {
		const index = rules.findIndex((rule) => rule.name === name);
		const neighbour = rules[index + by];
		if (neighbour) move(name, neighbour.name, by > 0);
	};
	const drag = dragged.value;
	const mark = (name: string, isHit: boolean) => {
		if (isHit) return "hit";
		if (drag?.item === name) return "dragged";
		return drag?.zone === name ? (drag.behind ? "drop-behind" : "drop-before") : "";
	};
	const latest = useRef({ handle, step });
	latest.current = { handle, step };
	// The same for ever: so a line that is as it was is not drawn anew, of a thousand.
	const acts = useMemo(
		(): RuleActs => ({
			handle: (name) => latest.current.handle(name),
			step: (name, by) => latest.current.step(name, by),
			toggle: (name) => setOpen((before) => (before === name ? null : name)),
			edit: (change) => staging.edit(change),
		}),
		[staging],
	);
	return (
		<section class="card" aria-labelledby="rules-title">
			<header>
				<h2 id="rules-title">{t("nav.rules")}</h2>
				<p class="soft">{te("rules.intro")}</p>
				<a class="push" href="#templates">
					{te("link.templates")}
				</a>
			</header>
			{rules.length === 0 && <p class="soft">{te("rules.none")}</p>}
			<ol class="rows" data-drag-area>
				{rules.map((rule, index) => {
					const { name } = rule;
					const verdict = saidOf.value(name);
					return (
						<RuleLine
							key={name}
							rule={rule}
							position={index + 1}
							count={rules.length}
							hits={hits.get(name)}
							isOpen={open === name}
							isWrong={wrong.has(name)}
							mark={mark(name, verdict?.isSure === true)}
							said={verdict?.text ?? null}
							isSure={verdict?.isSure === true}
							acts={acts}
						/>
					);
				})}
			</ol>
			<p class="unseen" role="status">
				{said.value}
			</p>
			<footer>
				<NewSection
					title={te("rules.add")}
					proposal={freeName(config, `rule${rules.length + 1}`)}
					onAdd={(name) => {
						const target = model.value.policies[0]?.name ?? "default";
						staging.edit((before) => addSection(before, "rule", name, { target }));
						setOpen(name);
					}}
				/>
			</footer>
		</section>
	);
}

/** What may be done with a rule of a name. */
interface RuleActs {
	readonly handle: ReturnType<typeof useDrag>["handle"];
	/** One place down, or up with -1. */
	step(name: string, by: number): void;
	/** Opens it, or closes it. */
	toggle(name: string): void;
	edit(change: (config: ConfigPackage) => ConfigPackage): void;
}

function RuleLine(props: {
	readonly rule: ConfigSection;
	readonly position: number;
	readonly count: number;
	/** Connections it took; undefined where it is not in force, or not known yet. */
	readonly hits: number | undefined;
	readonly isOpen: boolean;
	readonly isWrong: boolean;
	readonly mark: string;
	/** Of the connection that was asked about. */
	readonly said: string | null;
	readonly isSure: boolean;
	readonly acts: RuleActs;
}) {
	const { rule, isOpen, hits, acts } = props;
	const { name } = rule;
	const off = ["0", "no", "off", "false", "disabled"].includes(textOf(rule, "enabled") ?? "1");
	return (
		<li data-zone={name} class={`${isOpen ? "open" : ""} ${props.mark}`}>
			<div class="row">
				<button
					type="button"
					class="handle"
					aria-label={te("rules.drag", { name, position: props.position, count: props.count })}
					{...acts.handle(name)}
					onKeyDown={(event) => {
						const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
						if (by === undefined) return;
						event.preventDefault();
						acts.step(name, by);
					}}
				>
					<span aria-hidden="true">⠿</span>
				</button>
				<input
					type="checkbox"
					class="switch"
					aria-label={te("rules.enabled", { name })}
					checked={!off}
					onChange={(event) => {
						const value = event.currentTarget.checked ? "" : "0";
						acts.edit((config) => setOption(config, name, "enabled", value));
					}}
				/>
				<div class={`what ${off ? "off" : ""}`}>
					<h3>
						{name}
						{props.isWrong && <span class="wrong"> ⚠</span>}
						{props.said !== null && (
							<span class={`state ${props.isSure ? "up" : "starting"}`}>{props.said}</span>
						)}
					</h3>
					<p class="small soft">
						{describeMatch(rule)} <span aria-hidden="true">→</span> <b>{textOf(rule, "target") ?? "?"}</b>
					</p>
				</div>
				<span class="hits small soft number">
					{hits !== undefined && te("rules.hits", { count: hits.toLocaleString(language.value) })}
				</span>
				<RuleButtons rule={rule} isOpen={isOpen} acts={acts} />
			</div>
			<div id={`edit-${name}`}>{isOpen && <SectionForm section={rule} groups={GROUPS} />}</div>
		</li>
	);
}

function RuleButtons(props: {
	readonly rule: ConfigSection;
	readonly isOpen: boolean;
	readonly acts: RuleActs;
}) {
	const { rule, isOpen, acts } = props;
	const { name } = rule;
	const duplicate = () => {
		acts.edit((config) => {
			const free = freeName(config, `${name}_copy`);
			const copy = addSection(config, "rule", free, Object.fromEntries(rule.options));
			return moveSection(copy, free, name, true);
		});
	};
	const toggleWord = te(isOpen ? "form.close" : "form.edit");
	return (
		<span class="actions">
			<button
				type="button"
				aria-expanded={isOpen}
				aria-controls={`edit-${name}`}
				onClick={() => acts.toggle(name)}
				aria-label={`${toggleWord}: ${name}`}
			>
				{toggleWord}
			</button>
			<button type="button" onClick={duplicate} aria-label={`${te("form.duplicate")}: ${name}`}>
				{te("form.duplicate")}
			</button>
			<button
				type="button"
				class="danger"
				onClick={() => {
					if (confirm(te("form.deleteAsk", { name }))) acts.edit((config) => deleteSection(config, name));
				}}
				aria-label={`${te("form.delete")}: ${name}`}
			>
				{te("form.delete")}
			</button>
		</span>
	);
}

function describeMatch(rule: ConfigSection): string {
	const values = (option: string) => valuesOf(rule, option).join(", ");
	const family = textOf(rule, "family") ?? "any";
	const clause = (key: "from" | "to" | "fromPort" | "toPort" | "in", option: string) =>
		values(option) === "" ? "" : te(`rules.${key}`, { value: values(option) });
	const parts = [
		family === "any" ? "" : family === "ipv4" ? "IPv4" : "IPv6",
		values("proto"),
		clause("in", "src_iface"),
		clause("from", "src_ip"),
		clause("fromPort", "src_port"),
		clause("to", "dest_ip"),
		clause("toPort", "dest_port"),
	].filter((part) => part !== "");
	return parts.join(" · ") || te("rules.everything");
}
