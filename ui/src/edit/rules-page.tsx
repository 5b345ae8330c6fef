import { useSignal } from "@preact/signals";
import type { RuleStatus } from "polywan-core/status";
import { useState } from "preact/hooks";
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
	const step = (index: number, by: number) => {
		const [rule, neighbour] = [rules[index], rules[index + by]];
		if (rule && neighbour) move(rule.name, neighbour.name, by > 0);
	};
	const mark = (name: string) => {
		if (saidOf.value(name)?.isSure) return "hit";
		const drag = dragged.value;
		if (drag?.item === name) return "dragged";
		return drag?.zone === name ? (drag.behind ? "drop-behind" : "drop-before") : "";
	};
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
				{rules.map((rule, index) => (
					<li
						key={rule.name}
						data-zone={rule.name}
						class={`${open === rule.name ? "open" : ""} ${mark(rule.name)}`}
					>
						<div class="row">
							<button
								type="button"
								class="handle"
								aria-label={te("rules.drag", {
									name: rule.name,
									position: index + 1,
									count: rules.length,
								})}
								{...handle(rule.name)}
								onKeyDown={(event) => {
									const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
									if (by === undefined) return;
									event.preventDefault();
									step(index, by);
								}}
							>
								<span aria-hidden="true">⠿</span>
							</button>
							<RuleRow
								rule={rule}
								hits={counted.find(({ name }) => name === rule.name)?.connections}
								open={open === rule.name}
								onToggle={(name) => setOpen(open === name ? null : name)}
							/>
						</div>
						<div id={`edit-${rule.name}`}>
							{open === rule.name && <SectionForm section={rule} groups={GROUPS} />}
						</div>
					</li>
				))}
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

function RuleRow(props: {
	readonly rule: ConfigSection;
	/** Connections it took; undefined where it is not in force, or not known yet. */
	readonly hits: number | undefined;
	readonly open: boolean;
	onToggle(name: string): void;
}) {
	const { rule, open } = props;
	const said = saidOf.value(rule.name);
	const staging = useStaging();
	const off = ["0", "no", "off", "false", "disabled"].includes(textOf(rule, "enabled") ?? "1");
	const wrong = model.value.problems.some(({ section }) => section === rule.name);
	const duplicate = () => {
		staging.edit((config) => {
			const name = freeName(config, `${rule.name}_copy`);
			const copy = addSection(config, "rule", name, Object.fromEntries(rule.options));
			return moveSection(copy, name, rule.name, true);
		});
	};
	return (
		<>
			<input
				type="checkbox"
				class="switch"
				aria-label={te("rules.enabled", { name: rule.name })}
				checked={!off}
				onChange={(event) => {
					const value = event.currentTarget.checked ? "" : "0";
					staging.edit((config) => setOption(config, rule.name, "enabled", value));
				}}
			/>
			<div class={`what ${off ? "off" : ""}`}>
				<h3>
					{rule.name}
					{wrong && <span class="wrong"> ⚠</span>}
					{said !== null && <span class={`state ${said.isSure ? "up" : "starting"}`}>{said.text}</span>}
				</h3>
				<p class="small soft">
					{describeMatch(rule)} <span aria-hidden="true">→</span> <b>{textOf(rule, "target") ?? "?"}</b>
				</p>
			</div>
			<span class="hits small soft number">
				{props.hits !== undefined && te("rules.hits", { count: props.hits.toLocaleString(language.value) })}
			</span>
			<span class="actions">
				<button
					type="button"
					aria-expanded={open}
					aria-controls={`edit-${rule.name}`}
					onClick={() => props.onToggle(rule.name)}
					aria-label={`${te(open ? "form.close" : "form.edit")}: ${rule.name}`}
				>
					{te(open ? "form.close" : "form.edit")}
				</button>
				<button type="button" onClick={duplicate} aria-label={`${te("form.duplicate")}: ${rule.name}`}>
					{te("form.duplicate")}
				</button>
				<button
					type="button"
					class="danger"
					onClick={() => {
						if (confirm(te("form.deleteAsk", { name: rule.name })))
							staging.edit((config) => deleteSection(config, rule.name));
					}}
					aria-label={`${te("form.delete")}: ${rule.name}`}
				>
					{te("form.delete")}
				</button>
			</span>
		</>
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
