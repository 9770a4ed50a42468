// How grey a value becomes: the families of the contract (rendering 4) as curves to
// be drawn. Pure.

const TOP = 255;

const FAMILIES = {
  linear: () => (x) => x,
  polynomial: (k) => (x) => x ** k,
  exponential: (k) => (x) => Math.exp(x ** k),
  logarithmic: () => (x) => (x > 0 ? Math.log(x) : 0),
};

/**
 * The curve of a channel.
 *
 * @param {{family: string, coefficient: number, inverted: boolean,
 *   window: {start: number, end: number}}} channel
 * @returns {function(number): number} From a raw value to 0 (black) … 1 (white).
 */
export function curveOf({ family, coefficient, inverted, window: { start, end } }) {
  const bend = (FAMILIES[family] ?? FAMILIES.linear)(coefficient);
  const [low, high] = [bend(0), bend(TOP)];
  return (value) => {
    let level = 0;
    if (value >= end) {
      level = 1;
    } else if (value > start) {
      const x = ((value - start) / (end - start)) * TOP;
      // A family may run out of numbers: then it is black, as it is drawn.
      level = (bend(x) - low) / (high - low) || 0;
    }
    level = Math.min(Math.max(level, 0), 1);
    return inverted ? 1 - level : level;
  };
}
