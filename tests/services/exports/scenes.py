"""Scenes of image files, without a catalogue."""

from dataclasses import replace


def scene_of_file(path, index=0, **changes):
    """Make a scene and its facts of an image file."""
    from graticule.pixels.reader import ReadContext
    from graticule.pixels.registry import open_source
    from graticule.render.settings import ChannelRendering, Rendering
    from graticule.services.engine import engine
    from graticule.services.exports.facts import ChannelFacts, ImageFacts
    from graticule.services.scenes import Scene

    context = ReadContext(engine().limits, engine().context.chunks)
    source = open_source(path, context)
    info = source.fileset.images[index]
    source.close()
    scene = Scene(
        image_id=1,
        name=info.name,
        revision=1,
        entry=path,
        index=index,
        pyramid=None,
        pixel_type=info.pixel_type,
        significant_bits=info.significant_bits,
        size_z=info.size_z,
        size_c=info.size_c,
        size_t=info.size_t,
        levels=info.levels,
        statistics=(None,) * info.size_c,
        limits=((0, 255),) * info.size_c,
        labels=tuple(map(str, range(info.size_c))),
        rendering=Rendering((ChannelRendering((0, 255)),) * info.size_c),
        default_z=0,
        default_t=0,
    )
    facts = ImageFacts(
        name=info.name,
        description=info.description,
        graphics=info.graphics,
        acquired=info.acquired,
        pixel_width_um=info.pixel_width_um,
        pixel_height_um=info.pixel_height_um,
        pixel_depth_um=info.pixel_depth_um,
        time_increment=info.time_increment,
        magnification=info.nominal_magnification,
        channels=tuple(
            ChannelFacts(
                channel.name or "", None, channel.emission_nm, None, channel.facts
            )
            for channel in info.channels
        ),
        seconds=info.planes_seconds,
    )
    return replace(scene, **changes), facts
