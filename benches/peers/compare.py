"""Runs ours and the peers one after another, several times, and prints a table of medians in Markdown.

compare.py --openlora BINARY --packages FOLDER --model MODEL.gguf [--threads 1,2] [--rounds 3] [--quick] [--only NAME,...]
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OURS, LLAMA, TORCH = "OpenLoRA e8", "llama.cpp Q4_1", "transformers + PEFT f32"


def options():
	parser = argparse.ArgumentParser()
	parser.add_argument("--openlora", required=True)
	parser.add_argument("--packages", required=True)
	parser.add_argument("--model", required=True, type=pathlib.Path)
	parser.add_argument("--threads", default="1,2")
	parser.add_argument("--rounds", type=int, default=3)
	parser.add_argument("--quick", action="store_true", help="small numbers, to see that everything runs")
	parser.add_argument("--only", help="some of: ours,llama,torch")
	parser.add_argument("--json", type=pathlib.Path, help="write every number to this file too, as soon as it is known")
	return parser.parse_args()


def run(command, **environment):
	done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, env=os.environ | environment, text=True)
	if done.returncode:
		sys.exit(f"compare: {command[0]} {command[1]} failed with {done.returncode}")
	return json.loads(done.stdout)


class Peers:
	def __init__(self, given, adapters):
		self.given, self.adapters = given, adapters
		self.tokens, self.prefill, self.lora, self.registered = (8, 64, 4, 200) if given.quick else (64, 512, 64, 10_000)
		self.batches = "1,4" if given.quick else "1,16,64"

	def ours(self, threads):
		report = run([
			self.given.openlora, "bench", "--model", self.given.model, "--mode", "e8", "--threads", threads, "--json",
			"--batch", self.batches if self.lora in map(int, self.batches.split(",")) else f"{self.batches},{self.lora}",
			"--prompt-tokens", 16, "--new-tokens", self.tokens, "--prefill", self.prefill, "--adapters", self.lora,
			"--register", self.registered, "--cold", min(self.lora, 32), "--repeat", 1, "--memory", 4096,
		])
		result = {f"decode_{row['batch']}": row["tokens_per_second"] for row in report["decode"] if row["adapters"] == 0}
		lora = [row for row in report["decode"] if row["adapters"] == self.lora]
		result["lora"] = lora[-1]["tokens_per_second"]
		result["prefill"] = report["prefill"]["tokens_per_second"]
		registration = report["registration"]
		result["register_first_ms"] = registration["first_us"] / 1e3
		result["register_last_ms"] = registration["last_us"] / 1e3
		result["cold_load_ms"] = registration["cold_load_ms"]["p50"]
		result["peak_mib"] = report["peak_bytes"] / 2**20
		return result

	def arguments(self, threads, lora):
		return [self.given.model, self.adapters, threads, self.tokens, self.prefill, lora, self.batches]

	def llama(self, threads):
		# One after another, so that a quarter of the requests gives the same rate in a quarter of the time.
		lora = max(1, self.lora // 4)
		return run(["node", HERE / "llama.mjs", *self.arguments(threads, lora)], PEERS=self.given.packages)

	def torch(self, threads):
		python = pathlib.Path(self.given.packages) / "venv/bin/python"
		return run(
			[python, HERE / "torch_peft.py", *self.arguments(threads, self.lora)],
			OMP_NUM_THREADS=str(threads), HF_HUB_OFFLINE="1", TQDM_DISABLE="1",
		)


def table(results, peers, threads):
	"""results: {(threads, peer): [{case: value}]}"""
	cases = [(f"decode_{batch}", f"decode, batch {batch}, tokens/s") for batch in peers.batches.split(",")]
	cases += [
		("prefill", f"prompt of {peers.prefill}, tokens/s"),
		("lora", f"decode, {peers.lora} requests × {peers.lora} adapters, tokens/s"),
		("register_first_ms", "registering an adapter, the first, ms"),
		("register_last_ms", "registering an adapter, the last, ms"),
		("cold_load_ms", "first load of an adapter, ms"),
		("peak_mib", "peak memory, MiB"),
	]
	names = [name for name in (OURS, LLAMA, TORCH) if any(peer == name for _, peer in results)]
	lines = []
	for count in threads:
		lines += [f"\n### {count} thread{'s' if count > 1 else ''}\n", f"| | {' | '.join(names)} | ours / best peer |"]
		lines += ["| --- |" + " ---: |" * (len(names) + 1)]
		for case, title in cases:
			values = {}
			for name in names:
				runs = [run[case] for run in results[count, name] if run.get(case) is not None]
				if runs:
					values[name] = statistics.median(runs)
			peers_values = [value for name, value in values.items() if name != OURS]
			ratio = ""
			if OURS in values and peers_values:
				smaller = case.endswith("_ms") or case.endswith("_mib")
				best = min(peers_values) if smaller else max(peers_values)
				ratio = f"{best / values[OURS] if smaller else values[OURS] / best:.2f}×"
			shown = [f"{values[name]:.4g}" if name in values else "–" for name in names]
			lines.append(f"| {title} | {' | '.join(shown)} | {ratio} |")
	return "\n".join(lines)


def machine():
	model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
	return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.2f} at the start"


def main():
	given = options()
	threads = [int(count) for count in given.threads.split(",")]
	wanted = (given.only or "ours,llama,torch").split(",")
	about = machine()
	with tempfile.TemporaryDirectory() as folder:
		peers = Peers(given, folder)
		python = pathlib.Path(given.packages) / "venv/bin/python"
		subprocess.run([python, HERE / "adapters.py", folder, str(peers.lora)], check=True)
		jobs = [(name, job) for name, job in [("ours", peers.ours), ("llama", peers.llama), ("torch", peers.torch)] if name in wanted]
		titles = {"ours": OURS, "llama": LLAMA, "torch": TORCH}
		results = {}
		for turn in range(given.rounds):
			for count in threads:
				# The order changes from round to round, so that nobody always runs on a warm or a hot machine.
				for name, job in jobs[turn % len(jobs):] + jobs[:turn % len(jobs)]:
					print(f"round {turn + 1}, {count} threads, {titles[name]}", file=sys.stderr)
					results.setdefault((count, titles[name]), []).append(job(count))
					if given.json:
						rows = [{"threads": c, "peer": p, "runs": r} for (c, p), r in results.items()]
						given.json.write_text(json.dumps(rows, indent=1))
	print(f"SmolLM2-135M-Instruct, medians of {given.rounds} interleaved rounds. {about}.")
	print(table(results, peers, threads))


main()
