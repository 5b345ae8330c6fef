import { useState } from "preact/hooks";
import { ta } from "./alone-words.ts";

/** Asks for the router's user and password. `onLogin` resolves false when they are wrong, rejects when nobody answers. */
export function Login(props: {
	readonly again: boolean;
	readonly onLogin: (user: string, password: string) => Promise<boolean>;
}) {
	const [user, setUser] = useState("root");
	const [password, setPassword] = useState("");
	const [trouble, setTrouble] = useState<"wrong" | "gone" | null>(null);
	const [busy, setBusy] = useState(false);
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setTrouble(
			await props.onLogin(user, password).then(
				(entered) => (entered ? null : ("wrong" as const)),
				() => "gone" as const,
			),
		);
		setBusy(false);
	};
	return (
		<main class="login card">
			<h1>{ta("login.title")}</h1>
			{props.again && <p class="soft">{ta("login.again")}</p>}
			<form onSubmit={submit}>
				<label class="field">
					{ta("login.user")}
					<input
						name="username"
						autocomplete="username"
						autocapitalize="none"
						value={user}
						onInput={(event) => setUser(event.currentTarget.value)}
					/>
				</label>
				<label class="field">
					{ta("login.password")}
					<input
						name="password"
						type="password"
						autocomplete="current-password"
						value={password}
						onInput={(event) => setPassword(event.currentTarget.value)}
					/>
				</label>
				<p role="alert" class="wrong small">
					{trouble !== null && ta(trouble === "wrong" ? "login.wrong" : "login.gone")}
				</p>
				<button type="submit" class="primary" disabled={busy}>
					{ta("login.submit")}
				</button>
			</form>
		</main>
	);
}
