import { useState } from "preact/hooks";
import { t } from "./words.ts";

/** Asks for the router's user and password. `onLogin` resolves false when they are wrong. */
export function Login(props: {
	readonly again: boolean;
	readonly onLogin: (user: string, password: string) => Promise<boolean>;
}) {
	const [user, setUser] = useState("root");
	const [password, setPassword] = useState("");
	const [wrong, setWrong] = useState(false);
	const [busy, setBusy] = useState(false);
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setWrong(!(await props.onLogin(user, password)));
		setBusy(false);
	};
	return (
		<main class="login card">
			<h1>{t("login.title")}</h1>
			{props.again && <p class="soft">{t("login.again")}</p>}
			<form onSubmit={submit}>
				<label class="field">
					{t("login.user")}
					<input
						name="username"
						autocomplete="username"
						value={user}
						onInput={(event) => setUser(event.currentTarget.value)}
					/>
				</label>
				<label class="field">
					{t("login.password")}
					<input
						name="password"
						type="password"
						autocomplete="current-password"
						value={password}
						onInput={(event) => setPassword(event.currentTarget.value)}
					/>
				</label>
				{wrong && (
					<p role="alert" class="small">
						{t("login.wrong")}
					</p>
				)}
				<button type="submit" class="primary" disabled={busy}>
					{t("login.submit")}
				</button>
			</form>
		</main>
	);
}
