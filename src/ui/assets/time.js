// Moments as the clock of the reader shows them; the server only knows the world's.

const two = (number) => String(number).padStart(2, "0");

/** `11-22 14:05`, with the year where it is not this one, or where it must be there for good. */
export function moment(date, needsYear = false) {
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const year = !needsYear && date.getFullYear() === new Date().getFullYear() ? "" : `${date.getFullYear()}-`;
  return `${year}${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Rewrites every `<time datetime>` within `root`. */
export function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    time.textContent = moment(date, time.dataset.year !== undefined);
    time.title = date.toLocaleString();
  }
}

/** The last midnight of the reader, as the server reads moments. */
export function midnight() {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}
