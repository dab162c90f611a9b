/* Keeps the fill-in page and what it is drawn with, so that it opens without a network. */
"use strict";

const KEPT = "gongzhi-survey-1";
const isWhole = (url) => /^\/survey\/\d+\/whole$/.test(url.pathname);
const isFace = (url) => url.pathname.startsWith("/static/");

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const fresh = async (request) => {
  const store = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    const private_ = (answer.headers.get("Cache-Control") || "").includes("no-store");
    if (answer.ok && !private_) await store.put(request, answer.clone());
    return answer;
  } catch (lost) {
    const kept = await store.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw lost;
  }
};

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (isWhole(url) || isFace(url)) event.respondWith(fresh(event.request));
});

/* What the page loaded before this worker took over. */
self.addEventListener("message", (event) => {
  const keep = async () => {
    const store = await caches.open(KEPT);
    await Promise.allSettled(event.data.map((address) => store.add(address)));
    event.source.postMessage("kept");
  };
  event.waitUntil(keep());
});
