// Where OpenSeadragon finds the tiles of one rendering of one plane.
//
// OpenSeadragon counts levels from the smallest, the gateway from full size
// (contract clients 1.5); edge tiles are cut to the image, and a level's size
// is what imgData says, not what halving would give.

const { OpenSeadragon } = window;

// OpenSeadragon draws tiles that do not overlap a pixel too large, so that no
// seams show. Where image pixels are whole screen pixels there are no seams to
// hide and the pixels must stay true: an overlap that is none prevents it.
const NO_OVERLAP = 1e-9;

// OpenSeadragon draws from the finest level that is at most twice too fine.
const FINEST_RATIO = 0.5;

function levelSizes(data) {
  const { width, height } = data.size;
  if (!data.tiles) {
    return [{ width, height }];
  }
  return Array.from({ length: data.levels }, (_, level) => {
    const known = data.resolutions?.[level];
    const scale = data.zoomLevelScaling[level];
    return {
      width: known?.sizeX ?? Math.ceil(width * scale),
      height: known?.sizeY ?? Math.ceil(height * scale),
    };
  });
}

/** The shape of an image's tiles; the same for all its renderings. */
export class TileGrid {
  /**
   * @param {Object} data The answer of imgData (contract webgateway 7).
   * @param {function(): boolean} isWhole Whether image pixels are drawn as whole
   *   screen pixels just now.
   */
  constructor(data, isWhole) {
    this.isWhole = isWhole;
    this.width = data.size.width;
    this.height = data.size.height;
    this.tiled = data.tiles;
    this.levels = levelSizes(data);
    this.tileWidth = data.tiles ? data.tile_size.width : this.width;
    this.tileHeight = data.tiles ? data.tile_size.height : this.height;
  }
}

/** One rendering of one plane, as OpenSeadragon wants it. */
export class PlaneSource extends OpenSeadragon.TileSource {
  /**
   * @param {TileGrid} grid
   * @param {function(?number[]): string} urlOf Address of a tile
   *   `[level, column, row, width, height]`, or of the whole plane for null.
   */
  constructor(grid, urlOf) {
    super({
      width: grid.width,
      height: grid.height,
      tileWidth: grid.tileWidth,
      tileHeight: grid.tileHeight,
      minLevel: 0,
      maxLevel: grid.levels.length - 1,
      ready: true,
    });
    this.grid = grid;
    this.urlOf = urlOf;
  }

  /**
   * Load only the level that is drawn at a zoom, until {@link allowAllLevels}:
   * what covers a rendering that is there needs no coarse beginnings.
   *
   * @param {number} zoom Screen pixels per image pixel.
   */
  keepToLevelOf(zoom) {
    this.minLevel = this.#levelAt(zoom);
  }

  #levelAt(zoom) {
    let level = this.maxLevel;
    while (level > 0 && zoom / this.getLevelScale(level) < FINEST_RATIO) {
      level -= 1;
    }
    return level;
  }

  /**
   * The pictures that a part of the image is drawn from at a zoom.
   *
   * @param {number[]} part `[x, y, width, height]` in pixels of the image.
   * @param {number} zoom Screen pixels per image pixel.
   * @returns {Array<?number[]>} As `urlOf` takes them.
   */
  partsIn([x, y, width, height], zoom) {
    const level = this.#levelAt(zoom);
    const scale = this.getLevelScale(level);
    const { tileWidth, tileHeight } = this.grid;
    const many = this.getNumTiles(level);
    const between = (from, to, side, count) => {
      const first = Math.floor((from * scale) / side);
      const last = Math.min(Math.ceil((to * scale) / side), count);
      return Array.from({ length: Math.max(last - first, 0) }, (_, at) => first + at);
    };
    const columns = between(x, x + width, tileWidth, many.x);
    return between(y, y + height, tileHeight, many.y).flatMap((row) =>
      columns.map((column) => this.partOf(level, column, row)),
    );
  }

  allowAllLevels() {
    this.minLevel = 0;
  }

  get tileOverlap() {
    return this.grid?.isWhole() ? NO_OVERLAP : 0;
  }

  set tileOverlap(_) {
    // The base class sets what it was not given.
  }

  levelOf(level) {
    return this.grid.levels.length - 1 - level;
  }

  getLevelScale(level) {
    return this.grid.levels[this.levelOf(level)].width / this.grid.width;
  }

  getNumTiles(level) {
    const { width, height } = this.grid.levels[this.levelOf(level)];
    return new OpenSeadragon.Point(
      Math.ceil(width / this.grid.tileWidth),
      Math.ceil(height / this.grid.tileHeight),
    );
  }

  getTileBounds(level, column, row, isSource) {
    const { width, height } = this.grid.levels[this.levelOf(level)];
    const { tileWidth, tileHeight } = this.grid;
    const x = column * tileWidth;
    const y = row * tileHeight;
    const across = Math.min(tileWidth, width - x);
    const down = Math.min(tileHeight, height - y);
    if (isSource) {
      return new OpenSeadragon.Rect(0, 0, across, down);
    }
    const tall = this.grid.height / this.grid.width;
    return new OpenSeadragon.Rect(
      x / width,
      (y / height) * tall,
      across / width,
      (down / height) * tall,
    );
  }

  /** A tile in the words of the gateway; null is the whole plane. */
  partOf(level, column, row) {
    const { tiled, tileWidth, tileHeight } = this.grid;
    return tiled ? [this.levelOf(level), column, row, tileWidth, tileHeight] : null;
  }

  getTileUrl(level, column, row) {
    return this.urlOf(this.partOf(level, column, row));
  }
}
