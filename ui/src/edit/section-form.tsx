import { type OptionSchema, RESERVED_NAMES, type SectionType, schemaOf } from "polywan-core/config/schema";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { EditKey } from "../words/edit/en.ts";
import { type ConfigPackage, type ConfigSection, sectionsOf, setOption } from "./config.ts";
import { Field } from "./field.tsx";
import { draft, model, netifs } from "./staging.ts";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

export interface Group {
	readonly title: EditKey;
	/** "rest": what no other group names. */
	readonly options: readonly string[] | "rest";
	/** Closed while none of its options is written. */
	readonly folded?: boolean;
}

/** Every option of a section, as its schema says, in groups. */
export function SectionForm(props: { readonly section: ConfigSection; readonly groups: readonly Group[] }) {
	const { section, groups } = props;
	const staging = useStaging();
	const schema = schemaOf(section.type as SectionType);
	const named = groups.flatMap(({ options }) => (options === "rest" ? [] : options));
	const problems = model.value.problems.filter((problem) => problem.section === section.name);
	const shown = groups.map(({ title, options, folded = false }) => ({
		title,
		folded,
		options: schema.options.filter(({ name }) =>
			options === "rest" ? !named.includes(name) : options.includes(name),
		),
	}));
	const general = problems.filter(
		({ option }) => option === null || !schema.options.some(({ name }) => name === option),
	);
	return (
		<div class="form">
			{general.length > 0 && (
				<ul class="wrong small" lang="en">
					{general.map(({ option, message }) => (
						<li key={message}>
							{option} {message}
						</li>
					))}
				</ul>
			)}
			{shown.map(({ title, options, folded }) => (
				<GroupPart
					key={title}
					title={te(title)}
					folded={folded}
					written={options.some(({ name }) => section.options.has(name))}
				>
					{options.map((option) => (
						<Field
							key={option.name}
							section={section}
							option={option}
							problems={problems.filter((problem) => problem.option === option.name)}
							{...suggest(option, draft.value)}
							onChange={(value) =>
								staging.edit((config) => setOption(config, section.name, option.name, value))
							}
						/>
					))}
				</GroupPart>
			))}
		</div>
	);
}

function GroupPart(props: {
	readonly title: string;
	readonly folded: boolean;
	/** Something in it is not as by default. */
	readonly written: boolean;
	readonly children: ComponentChildren;
}) {
	const [open] = useState(!props.folded || props.written);
	if (!props.folded)
		return (
			<fieldset class="group">
				<legend>{props.title}</legend>
				{props.children}
			</fieldset>
		);
	return (
		<details class="group" open={open}>
			<summary>
				{props.title} {!props.written && <span class="soft">{te("form.defaults")}</span>}
			</summary>
			<fieldset>
				<legend class="unseen">{props.title}</legend>
				{props.children}
			</fieldset>
		</details>
	);
}

/** Names an option can have here. */
function suggest(
	{ type, default: fallback }: OptionSchema,
	config: ConfigPackage | null,
): { readonly suggestions: readonly string[]; readonly closed: boolean } {
	if (type.kind === "protocol") return { suggestions: ["tcp", "udp", "icmp", "icmpv6"], closed: false };
	if (type.kind !== "name" || config === null) return { suggestions: [], closed: false };
	if (type.of.includes("interface"))
		return { suggestions: netifs.value.map(({ name }) => name), closed: false };
	const targets = model.value.policies.map(({ name }) => name);
	const uplinks = sectionsOf(config, "uplink").map(({ name }) => name);
	const optional = fallback === null ? [""] : [];
	return { suggestions: [...optional, ...targets, ...uplinks, ...RESERVED_NAMES], closed: true };
}
