// Opens what tftrack report wrote in headless Chromium, and compares what igv.js reads with what we wrote. Then has igv.js,
// a reader of bigWig that we did not write, read tracks of every kind.
// usage: node browser.js CHROMIUM REPORT LINKED EXPECTED SCREENSHOT WRITE_BIGWIG FOLDER [slow]
//   LINKED: a report of the same; EXPECTED: rows of track, contig, position, base, value; FOLDER: an empty one
// Chromium is driven by the DevTools protocol over a pair of pipes.
"use strict";
const fs = require("fs");
const http = require("http");
const path = require("path");
const { spawn, spawnSync } = require("child_process");

const [chromium, report, linked, expectedFile, screenshot, writeBigwig, folder, slow] = process.argv.slice(2);
const SEED = 7;

function need(condition, ...what) {
    if (!condition) {
        throw new Error(what.join(" "));
    }
}

// ---------------------------------------------------------------- a server of files, with Range or, when it is told so, without

const types = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };
const server = { ranges: true, hidden: "", folders: { "/": report, "/bigwig/": folder }, answers: { 200: 0, 206: 0 } };

function fileOf(address) {
    const name = decodeURIComponent(address.split("?")[0]);
    const prefix = Object.keys(server.folders).filter(p => name.startsWith(p)).sort((a, b) => b.length - a.length)[0];
    return path.join(server.folders[prefix], path.normalize("/" + (name.slice(prefix.length) || "index.html")));
}

function answer(request, response) {
    const file = fileOf(request.url);
    if (path.basename(file) === server.hidden || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
        response.writeHead(404).end();
        return;
    }
    const size = fs.statSync(file).size;
    const range = server.ranges && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range || "");
    const headers = { "Content-Type": types[path.extname(file)] || "application/octet-stream" };
    let start = 0, end = size - 1;
    if (range) {
        start = Number(range[1]);
        end = Math.min(range[2] === "" ? end : Number(range[2]), end);
        if (start > end) {
            response.writeHead(416).end();
            return;
        }
        headers["Content-Range"] = `bytes ${start}-${end}/${size}`;
    }
    headers["Content-Length"] = end - start + 1;
    const status = range ? 206 : 200;
    server.answers[status]++;
    response.writeHead(status, headers);
    fs.createReadStream(file, { start, end: Math.max(start, end) }).pipe(response);
}

// ---------------------------------------------------------------- Chromium

const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--remote-debugging-pipe"];

class Browser {
    constructor(profile) {
        this.process = spawn(chromium, [...options, `--user-data-dir=${profile}`, "about:blank"],
            { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"], detached: true });
        this.said = "";
        this.waiting = new Map();
        this.complaints = [];
        this.elsewhere = new Set();
        this.last = 0;
        let rest = [];
        this.process.stderr.on("data", bytes => { this.said += bytes; });
        this.process.stdio[4].on("data", bytes => {
            let at;
            while ((at = bytes.indexOf(0)) >= 0) {
                this.take(JSON.parse(Buffer.concat([...rest, bytes.subarray(0, at)]).toString()));
                rest = [];
                bytes = bytes.subarray(at + 1);
            }
            rest.push(bytes);
        });
        this.ended = new Promise(resolve => this.process.on("exit", resolve));
        this.ended.then(() => this.waiting.forEach(one => one.reject(new Error("Chromium ended: " + this.said.slice(-2000)))));
    }

    take(message) {
        const { method, params } = message;
        if (message.id !== undefined) {
            const one = this.waiting.get(message.id);
            this.waiting.delete(message.id);
            message.error ? one.reject(new Error(`${one.method}: ${message.error.message}`)) : one.resolve(message.result);
        } else if (method === "Runtime.exceptionThrown") {
            this.complaints.push(JSON.stringify(params.exceptionDetails));
        } else if (method === "Runtime.consoleAPICalled" && params.type === "error") {
            this.complaints.push(params.args.map(one => one.value || one.description).join(" "));
        } else if (method === "Network.requestWillBeSent" && /^https?:/.test(params.request.url) &&
                   new URL(params.request.url).hostname !== "127.0.0.1") {
            this.elsewhere.add(params.request.url);
        }
    }

    send(method, params = {}) {
        const id = ++this.last;
        return new Promise((resolve, reject) => {
            this.waiting.set(id, { resolve, reject, method });
            this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.session }) + "\0");
        });
    }

    async open(url) {
        const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
        this.session = (await this.send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
        for (const domain of ["Page", "Runtime", "Network"]) {
            await this.send(domain + ".enable");
        }
        await this.send("Emulation.setDeviceMetricsOverride", { width: 1300, height: 700, deviceScaleFactor: 1, mobile: false });
        await this.go(url);
    }

    async go(url) {
        await this.send("Page.navigate", { url });
        for (let i = 0; i < 600; i++) {
            if (await this.run(() => document.readyState === "complete" && typeof window.shown === "object")) {
                return;
            }
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        throw new Error("the page does not load");
    }

    // What a function gives when it is called in the page, with arguments that JSON can hold.
    async run(what, ...given) {
        const { result, exceptionDetails } = await this.send("Runtime.evaluate",
            { expression: `(${what})(...${JSON.stringify(given)})`, awaitPromise: true, returnByValue: true });
        need(!exceptionDetails, exceptionDetails && (exceptionDetails.exception.description || exceptionDetails.exception.value));
        return result.value;
    }

    async close() {
        await this.send("Browser.close").catch(() => 0);
        await Promise.race([this.ended, new Promise(resolve => setTimeout(resolve, 5000))]);
        try {
            process.kill(-this.process.pid, "SIGKILL"); // what it started, too
        } catch (gone) {
            // as it should be
        }
    }
}

// ---------------------------------------------------------------- the report

// In the page: values, bases and the names of tracks, as igv.js has them.
async function readTracks(places) {
    const browser = await window.shown;
    const tracks = browser.trackViews.map(view => view.track);
    const found = {};
    for (const track of tracks.filter(one => one.type === "wig")) {
        found[track.name] = {};
        for (const [contig, start, end] of places) {
            for (const f of await track.getFeatures(contig, start, end, 1)) {
                for (let p = f.start; p < f.end; p++) {
                    found[track.name][contig + ":" + p] = [f.value, f.sequence && f.sequence[p - f.start]];
                }
            }
        }
    }
    const annotations = {};
    for (const track of tracks.filter(one => one.type === "annotation")) {
        annotations[track.name] = [];
        for (const [contig, start, end] of places) {
            for (const f of await track.getFeatures(contig, start, end, 1)) {
                annotations[track.name].push([f.chr, f.start, f.end, f.name, f.strand]);
            }
        }
    }
    return { found, annotations, message: document.getElementById("message").textContent,
        listed: document.getElementById("regions").length };
}

// In the page: how many points of a track's picture have the colour of each base.
async function countColours(name, locus) {
    const browser = await window.shown;
    const view = browser.trackViews.find(one => one.track.name === name);
    await browser.search(locus);
    for (let i = 0; i < 100; i++) {
        await new Promise(resolve => setTimeout(resolve, 100));
        const canvas = view.viewports[0].canvas;
        if (!canvas || canvas.width === 0) {
            continue;
        }
        const pen = document.createElement("canvas").getContext("2d");
        const points = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        const count = {};
        for (const base of "ACGT") {
            pen.fillStyle = browser.nucleotideColors[base];
            pen.fillRect(0, 0, 1, 1);
            const colour = pen.getImageData(0, 0, 1, 1).data;
            count[base] = 0;
            for (let at = 0; at < points.length; at += 4) {
                count[base] += [0, 1, 2, 3].every(c => points[at + c] === colour[c]);
            }
        }
        if (Object.values(count).some(n => n > 0)) {
            return count;
        }
    }
    return {};
}

function readExpected() {
    return fs.readFileSync(expectedFile, "utf8").trim().split("\n").map(row => row.split("\t"));
}

function checkValues(rows, found) {
    for (const [track, contig, position, base, value] of rows) {
        need(found[track], "no track", track);
        const [got, letter] = found[track][contig + ":" + position] || [];
        need(got === Math.fround(Number(value)), `${track}: ${contig}:${position}: igv.js reads ${got}, tfscore said ${value}`);
        need(letter.toUpperCase() === base, `${contig}:${position}: igv.js has ${letter}, tfscore ${base}`);
    }
}

async function checkReport(browser) {
    const rows = readExpected();
    const spans = {};
    for (const [, contig, position] of rows) {
        const p = Number(position), key = contig + (p / 1000 | 0);
        spans[key] = spans[key] || [contig, p, p + 1];
        spans[key] = [contig, Math.min(spans[key][1], p), Math.max(spans[key][2], p + 1)];
    }
    const places = Object.values(spans);
    const page = await browser.run(readTracks, places);
    need(page.message === "", "the page says", page.message);
    checkValues(rows, page.found);
    const hits = fs.readFileSync(path.join(report, "hits.bed"), "utf8").trim().split("\n").map(row => row.split("\t"));
    const got = page.annotations["motif hits"].map(one => one.join(" "));
    need(hits.length > 0, "there are no hits to look for");
    for (const [contig, start, end, name, , strand] of hits) {
        need(got.includes([contig, start, end, name, strand].join(" ")), "igv.js lacks the hit", contig, start, name);
    }
    need(page.annotations.regions.length === places.length && page.listed === places.length, "regions:", page.listed);
    console.log(`values of ${rows.length} bases in ${places.length} places, ${hits.length} hits`);

    const [contig, start, end] = places[0];
    const first = rows[0][0];
    const middle = (start + end) >> 1;
    const count = await browser.run(countColours, first, `${contig}:${middle - 50}-${middle + 50}`);
    const drawn = Object.keys(count).filter(base => count[base] >= 20);
    need(drawn.length >= 3, "letters are not drawn:", JSON.stringify(count));
    console.log("points in the colours of the bases:", JSON.stringify(count));
    const { data } = await browser.send("Page.captureScreenshot", { format: "png" });
    fs.writeFileSync(screenshot, Buffer.from(data, "base64"));
    console.log("screenshot:", screenshot);
}

// igv.js reads UCSC's track hubs, too.
async function checkHub(browser) {
    const tracks = await browser.run(async () => {
        const hub = await igv.loadHub(location.origin + "/hub.txt");
        const groups = await hub.getGroupedTrackConfigurations("genome");
        return groups.flatMap(group => group.tracks).map(track => [track.name, track.format.toLowerCase(), new URL(track.url).pathname]);
    });
    const names = [...new Set(readExpected().map(row => row[0]))];
    need(JSON.stringify(tracks) === JSON.stringify(names.map(name => [name, "bigwig", `/${name}.bw`])), "hub:", JSON.stringify(tracks));
    console.log("tracks of the hub:", names.join(" "));
}

// ---------------------------------------------------------------- bigWig of every kind, read by igv.js

let state = SEED;

function uniform() { // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
}

function noise(n, scale = 1, shift = 0) {
    return Float32Array.from({ length: n }, () => (uniform() + uniform() + uniform() - 1.5) * scale + shift);
}

// name: [[contig, length] …], [[number of the contig, start, values] …]
function bigwigs() {
    const thousand = Array.from({ length: 1000 }, (_, i) => ["contig" + i, 200 + i % 7]);
    const sparse = Array.from({ length: 500 }, (_, i) => [0, i * 499979 + (uniform() * 1000 | 0), noise(100)]);
    const kinds = {
        one_base: [[["c", 1]], [[0, 0, noise(1)]]],
        negative: [[["chr1", 100000]], [[0, 100, noise(60000, 1, -3)]]],
        zero: [[["chr1", 40000]], [[0, 3, new Float32Array(39000)]]],
        tiny: [[["chr1", 40000]], [[0, 3, noise(39000, 1e-30)]]],
        huge: [[["chr1", 40000]], [[0, 3, noise(39000, 1e18)]]],
        mixed: [[["chr2", 50000], ["chr10", 300], ["chr1", 70000]],
            [[0, 17, noise(20001)], [0, 30000, noise(7)], [0, 30010, noise(33)], [1, 0, noise(300)], [2, 5, noise(69995)]]],
        thousand: [thousand, thousand.map((_, i) => [i, i % 5, noise(150)]).filter(run => run[0] % 10 !== 9)],
        sparse: [[["chr1", 250000000], ["chrM", 16569]], [...sparse, [1, 0, noise(16569)]]],
    };
    if (slow) {
        kinds.ten_million = [[["chr1", 12000000]], [[0, 1000, noise(10000000)]]];
    }
    return kinds;
}

function writeBigwigs() {
    const kinds = bigwigs();
    for (const [name, [contigs, runs]] of Object.entries(kinds)) {
        const raw = path.join(folder, name + ".raw");
        const spec = contigs.map(([contig, length]) => `contig ${contig} ${length}\n`);
        runs.forEach(([contig, start, values], i) => {
            fs.writeFileSync(`${raw}.${i}`, Buffer.from(values.buffer));
            spec.push(`values ${contig} ${start} ${raw}.${i} ${values.length}\n`);
        });
        const made = spawnSync(writeBigwig, [path.join(folder, name + ".bw")], { input: spec.join("") });
        need(made.status === 0, "write_bigwig:", made.stderr);
        // all values in one file, for the page
        runs.forEach((run, i) => fs.unlinkSync(`${raw}.${i}`));
        fs.writeFileSync(raw, Buffer.concat(runs.map(run => Buffer.from(run[2].buffer))));
        kinds[name] = [contigs, runs.map(([contig, start, values]) => [contig, start, values.length])];
    }
    return kinds;
}

// In the page: a track by igv.js's reader against its values. Says what is wrong, or how much was compared.
async function readBigwig(name, contigs, runs) {
    const AT_ONCE = 250000;
    const browser = await window.shown;
    const values = new Float32Array(await (await fetch(`/bigwig/${name}.raw`)).arrayBuffer());
    const track = await browser.createTrack({ type: "wig", format: "bigwig", name, url: `/bigwig/${name}.bw` });
    const reader = track.featureSource.reader;
    await reader.loadHeader();
    const complaints = [];
    const expect = (good, ...what) => { good || complaints.length > 5 || complaints.push(`${name}: ${what.join(" ")}`); };

    // the summary of the header
    let sum = 0, squares = 0, size = 0, min = Infinity, max = -Infinity;
    for (const v of values) {
        sum += v;
        squares += v * v;
        size += Math.abs(v);
        min = Math.min(min, v);
        max = Math.max(max, v);
    }
    const total = reader.totalSummary;
    expect(total.basesCovered === values.length, "bases", total.basesCovered, values.length);
    expect(total.minVal === min && total.maxVal === max, "range", total.minVal, total.maxVal, min, max);
    expect(Math.abs(total.sumData - sum) <= 1e-9 * size, "sum", total.sumData, sum);
    expect(Math.abs(total.sumSquares - squares) <= 1e-9 * squares, "sum of squares", total.sumSquares, squares);

    // from here to there, in the order of the contigs
    const order = new Map(contigs.map(([contig], number) => [contig, number]));
    const read = async (first, start, last, end, scale, what) =>
        (await reader.readFeatures(contigs[first][0], start, contigs[last][0], end, scale, what))
            .sort((a, b) => order.get(a.chr) - order.get(b.chr) || a.start - b.start);
    const [first, last] = [runs[0][0], runs[runs.length - 1][0]];

    // every value
    let done = 0;
    const compare = (found, number, start, n) => {
        for (let i = 0; i < n; i++, done++) {
            const f = found(i);
            expect(f && f.chr === contigs[number][0] && f.start === start + i && f.end === f.start + 1 && f.value === values[done],
                contigs[number][0], start + i, f && f.value, values[done]);
        }
    };
    if (values.length <= AT_ONCE) {
        const found = await read(first, 0, last, contigs[last][1], undefined, "none");
        expect(found.length === values.length, "values", found.length);
        runs.forEach(([number, start, n]) => {
            const before = done;
            compare(i => found[before + i], number, start, n);
        });
    } else {
        for (const [number, start, n] of runs) {
            for (let from = start; from < start + n; from += AT_ONCE) {
                const to = Math.min(from + AT_ONCE, start + n);
                const found = (await read(number, from, number, to, undefined, "none")).filter(f => f.start >= from && f.start < to);
                expect(found.length === to - from, contigs[number][0], from, "values", found.length);
                compare(i => found[i], number, from, to - from);
            }
        }
    }

    // every level: mean, least and largest of each cell
    let cells = 0;
    for (const { reductionLevel: level } of reader.zoomLevelHeaders) {
        const seen = {};
        for (const what of ["mean", "min", "max"]) { // + 0.5: igv.js takes the level below what it is asked for
            seen[what] = await read(first, 0, last, contigs[last][1], level + 0.5, what);
        }
        // the same from the values
        let cell = -1, at = null, cellSize = 0;
        const check = () => {
            const f = seen.mean[cell];
            expect(f && f.start === at.start && f.end === at.end && f.chr === at.contig, "level", level, "cell", cell);
            expect(f && Math.abs(f.value - at.sum / at.n) <= 2e-7 * cellSize / at.n, "level", level, "mean", f && f.value, at.sum / at.n);
            expect(f && seen.min[cell].value === at.min && seen.max[cell].value === at.max, "level", level, "range of cell", cell);
        };
        let index = 0;
        for (const [number, start, n] of runs) {
            for (let i = 0; i < n; i++) {
                const v = values[index++], p = start + i, here = Math.floor(p / level);
                if (!at || at.number !== number || at.here !== here) {
                    at && check();
                    cell++;
                    cellSize = 0;
                    at = { number, here, contig: contigs[number][0], start: p, end: p, n: 0, sum: 0, min: Infinity, max: -Infinity };
                }
                at.end = p + 1;
                at.n++;
                at.sum += v;
                cellSize += Math.abs(v);
                at.min = Math.min(at.min, v);
                at.max = Math.max(at.max, v);
            }
        }
        check();
        expect(seen.mean.length === cell + 1, "level", level, "has", seen.mean.length, "cells, not", cell + 1);
        cells += cell + 1;
    }
    return { complaints, values: values.length, levels: reader.zoomLevelHeaders.length, cells };
}

async function checkReaders(browser) {
    console.log("seed", SEED);
    for (const [name, [contigs, runs]] of Object.entries(writeBigwigs())) {
        const began = Date.now();
        const { complaints, values, levels, cells } = await browser.run(readBigwig, name, contigs, runs);
        need(complaints.length === 0, complaints.join("\n"));
        console.log(`${name.padEnd(12)} ${values} values, ${cells} cells of ${levels} zoom levels, ${Date.now() - began} ms`);
    }
}

// ---------------------------------------------------------------- all of it

async function main() {
    const listening = http.createServer(answer);
    await new Promise(resolve => listening.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${listening.address().port}/`;
    const browser = new Browser(path.join(folder, "profile"));
    try {
        await browser.open(url);
        await checkReport(browser);
        need(server.answers[206] > 0, "no part of a file was asked for");
        await checkReaders(browser);
        await checkHub(browser);
        // and by a server that knows no ranges, such as python3 -m http.server
        server.ranges = false;
        server.folders["/"] = linked;
        await browser.go(url + "index.html");
        await checkReport(browser);
        // and without igv.js
        server.hidden = "igv.min.js";
        await browser.go(url + "index.html?again");
        const message = await browser.run(async () => {
            await window.shown.catch(() => 0);
            return document.getElementById("message").textContent;
        });
        need(message.startsWith("igv.min.js is not beside this page."), "the page says", message);
        need(browser.complaints.length === 0, "the page complains:", browser.complaints.join("\n"));
        need(browser.elsewhere.size === 0, "the page asks elsewhere:", [...browser.elsewhere].join(" "));
    } finally {
        await browser.close();
        listening.closeAllConnections ? listening.closeAllConnections() : 0;
        listening.close();
    }
}

main().then(() => process.exit(0), problem => {
    console.log("FAILED:", problem.message);
    process.exit(1);
});
