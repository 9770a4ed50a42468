// Fills <img data-thumb="id"> as they come near the screen, in batches of the
// gateway's limit (contract webgateway 5.4).

const LIMIT = 50;
const WIDTH = 256;

const gateway = document.documentElement.dataset.gateway;
const waiting = new Map();
let timer = null;

function mark(image, url) {
  if (url) {
    image.src = url;
    return;
  }
  image.parentElement.dataset.state = "none";
}

async function ask(batch) {
  const query = [...batch.keys()].map((id) => `id=${id}`).join("&");
  let answer = {};
  try {
    const response = await fetch(`${gateway}get_thumbnails/${WIDTH}/?${query}`);
    if (response.ok) {
      answer = await response.json();
    }
  } catch {
    // The server is out of reach: the places say "no picture".
  }
  for (const [id, images] of batch) {
    images.forEach((image) => mark(image, answer[id]));
  }
}

function flush() {
  timer = null;
  const ids = [...waiting.keys()];
  for (let start = 0; start < ids.length; start += LIMIT) {
    const part = ids.slice(start, start + LIMIT);
    ask(new Map(part.map((id) => [id, waiting.get(id)])));
  }
  waiting.clear();
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        observer.unobserve(target);
        const id = target.dataset.thumb;
        waiting.set(id, [...(waiting.get(id) ?? []), target]);
      }
    }
    timer ??= setTimeout(flush, 30);
  },
  { rootMargin: "400px" },
);

function watch() {
  document.querySelectorAll("img[data-thumb]:not([src])").forEach((image) => {
    observer.observe(image);
  });
}

watch();
// Others stand there after a change that the page followed.
document.addEventListener("followed", watch);
