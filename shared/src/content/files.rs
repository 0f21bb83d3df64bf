//! Reads content from the TOML files of `assets/`, which are compiled in.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::sector_file::SectorFile;
use super::{AsteroidSize, Content, ContentError, Hull, Mode, Mount, Ore, Part, Weapon};
use crate::units::{HullId, PartId, WeaponId};
use glam::Vec2;

/// The files of `assets/`, by path below it.
const FILES: [(&str, &str); 10] = [
    ("hulls.toml", include_str!("../../../assets/hulls.toml")),
    ("weapons.toml", include_str!("../../../assets/weapons.toml")),
    ("parts.toml", include_str!("../../../assets/parts.toml")),
    ("ores.toml", include_str!("../../../assets/ores.toml")),
    ("asteroids.toml", include_str!("../../../assets/asteroids.toml")),
    ("modes.toml", include_str!("../../../assets/modes.toml")),
    ("sectors/frontier.toml", include_str!("../../../assets/sectors/frontier.toml")),
    ("sectors/proving-ground.toml", include_str!("../../../assets/sectors/proving-ground.toml")),
    (
        "sectors/proving-ground-open.toml",
        include_str!("../../../assets/sectors/proving-ground-open.toml"),
    ),
    (
        "sectors/proving-ground-packed.toml",
        include_str!("../../../assets/sectors/proving-ground-packed.toml"),
    ),
];

/// Where the text of content files comes from.
pub trait ContentFiles {
    /// The text of a file, by its path below `assets/`; `None` if there is no such file.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    fn read(&self, path: &str) -> Result<Option<String>, ContentError>;

    /// The identifiers of all sectors: the names of the files in `sectors/`, without `.toml`. Their order is that of
    /// the table that clients get.
    ///
    /// # Errors
    /// When the folder cannot be read, or has a file that is no sector.
    fn sectors(&self) -> Result<Vec<String>, ContentError>;
}

/// The files that are compiled into this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl ContentFiles for BuiltIn {
    fn read(&self, path: &str) -> Result<Option<String>, ContentError> {
        let file = FILES.iter().find(|(name, _)| *name == path);
        Ok(file.map(|(_, text)| (*text).to_owned()))
    }

    fn sectors(&self) -> Result<Vec<String>, ContentError> {
        Ok(Self::paths().filter_map(sector_of).map(str::to_owned).collect())
    }
}

impl BuiltIn {
    /// The paths of all files.
    pub fn paths() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(path, _)| *path)
    }
}

/// The identifier of the sector in a file; `None` for the path of another file.
pub fn sector_of(path: &str) -> Option<&str> {
    path.strip_prefix("sectors/")?.strip_suffix(".toml")
}

impl Content {
    /// The content compiled into this program.
    ///
    /// # Errors
    /// The first mistake: file, key and reason.
    pub fn built_in() -> Result<Content, ContentError> {
        Self::from_files(&BuiltIn)
    }

    /// Reads content from files, and checks it.
    ///
    /// # Errors
    /// The first mistake: file, key and reason.
    pub fn from_files(files: &dyn ContentFiles) -> Result<Content, ContentError> {
        let weapons: Vec<Weapon> = parse::<WeaponFile>("weapons.toml", files)?.weapon;
        let PartFile { engine, shield, hold, tool } = parse("parts.toml", files)?;
        let parts = [engine, shield, hold, tool];
        let hulls = parse::<HullFile>("hulls.toml", files)?.resolve(&weapons, &parts)?;
        let ores = parse::<OreFile>("ores.toml", files)?.ore;
        let asteroid_sizes = parse::<AsteroidFile>("asteroids.toml", files)?.size;
        let mut sectors = Vec::new();
        for id in files.sectors()? {
            let file = parse::<SectorFile>(&format!("sectors/{id}.toml"), files)?;
            sectors.push(file.resolve(&id, &ores, &asteroid_sizes)?);
        }
        let content = Content {
            hulls,
            weapons,
            parts,
            ores,
            asteroid_sizes,
            sectors,
            modes: parse::<ModeFile>("modes.toml", files)?.mode,
        };
        content.check()?;
        Ok(content)
    }
}

fn parse<T: DeserializeOwned>(path: &str, files: &dyn ContentFiles) -> Result<T, ContentError> {
    let text = files.read(path)?.ok_or_else(|| ContentError::new(path, "(file)", "is missing"))?;
    toml::from_str(&text).map_err(|error| {
        // Lines count from 1, and the last one before the place may be begun.
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        ContentError::new(path, format!("line {line}"), error.message())
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HullFile {
    hull: Vec<HullEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HullEntry {
    id: String,
    name: String,
    radius: f32,
    hit_points: u16,
    acceleration: f32,
    drag: f32,
    boost_factor: f32,
    boost_seconds: f32,
    boost_recharge_seconds: f32,
    hold: u16,
    energy: u16,
    energy_per_second: f32,
    price: u32,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    mounts: Vec<Mount>,
    weapon: String,
    #[serde(default)]
    parts: Vec<String>,
    outline: Vec<Vec2>,
}

impl HullFile {
    fn resolve(
        self,
        weapons: &[Weapon],
        parts: &[Vec<Part>; Mount::COUNT],
    ) -> Result<Vec<Hull>, ContentError> {
        let ids: Vec<String> = self.hull.iter().map(|hull| hull.id.clone()).collect();
        self.hull.into_iter().map(|hull| hull.resolve(&ids, weapons, parts)).collect()
    }
}

impl HullEntry {
    fn resolve(
        self,
        hulls: &[String],
        weapons: &[Weapon],
        parts: &[Vec<Part>; Mount::COUNT],
    ) -> Result<Hull, ContentError> {
        let wrong = |key: &str, reason: String| {
            Err(ContentError::new("hulls.toml", format!("{}.{key}", self.id), reason))
        };
        let Some(weapon) = weapons.iter().position(|weapon| weapon.id == self.weapon) else {
            return wrong("weapon", format!("no weapon `{}` in weapons.toml", self.weapon));
        };
        let mut after = Vec::new();
        for wanted in &self.after {
            let Some(hull) = hulls.iter().position(|id| id == wanted) else {
                return wrong("after", format!("no hull `{wanted}` in hulls.toml"));
            };
            after.push(HullId(entry(hull)));
        }
        let mut fitted = [PartId(0); Mount::COUNT];
        for wanted in &self.parts {
            let found = Mount::ALL.into_iter().find_map(|mount| {
                let of_mount = &parts[mount.index()];
                Some((mount, of_mount.iter().position(|part| part.id == *wanted)?))
            });
            let Some((mount, part)) = found else {
                return wrong("parts", format!("no part `{wanted}` in parts.toml"));
            };
            fitted[mount.index()] = PartId(entry(part));
        }
        Ok(Hull {
            id: self.id,
            name: self.name,
            radius: self.radius,
            hit_points: self.hit_points,
            acceleration: self.acceleration,
            drag: self.drag,
            boost_factor: self.boost_factor,
            boost_seconds: self.boost_seconds,
            boost_recharge_seconds: self.boost_recharge_seconds,
            hold: self.hold,
            energy: self.energy,
            energy_per_second: self.energy_per_second,
            price: self.price,
            after,
            mounts: self.mounts,
            weapon: WeaponId(entry(weapon)),
            parts: fitted,
            outline: self.outline,
        })
    }
}

/// A place in a table as an identifier. It saturates far above the number of entries that the check allows.
fn entry(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFile {
    engine: Vec<Part>,
    shield: Vec<Part>,
    hold: Vec<Part>,
    tool: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeaponFile {
    weapon: Vec<Weapon>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OreFile {
    ore: Vec<Ore>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsteroidFile {
    size: Vec<AsteroidSize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModeFile {
    mode: Vec<Mode>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Wall;

    /// The files of this program, one of them changed.
    struct Changed<'a> {
        path: &'a str,
        from: &'a str,
        to: &'a str,
    }

    impl ContentFiles for Changed<'_> {
        fn read(&self, path: &str) -> Result<Option<String>, ContentError> {
            let Some(text) = BuiltIn.read(path)? else { return Ok(None) };
            if path != self.path {
                return Ok(Some(text));
            }
            assert!(text.contains(self.from), "{path} has no `{}`", self.from);
            Ok(Some(text.replacen(self.from, self.to, 1)))
        }

        fn sectors(&self) -> Result<Vec<String>, ContentError> {
            BuiltIn.sectors()
        }
    }

    fn with(path: &str, from: &str, to: &str) -> Result<Content, ContentError> {
        Content::from_files(&Changed { path, from, to })
    }

    #[test]
    fn the_built_in_content_is_sound() {
        let content = Content::built_in().unwrap();
        for id in ["frontier", "proving-ground", "proving-ground-open", "proving-ground-packed"] {
            assert!(content.sector(id).is_some(), "{id}");
        }
    }

    #[test]
    fn a_mistake_in_a_placed_thing_is_named_by_file_key_and_reason() {
        for (from, to, key, reason) in [
            ("density = 22.0", "density = 0.0", "field.shallows.density", "is not within"),
            ("id = \"lee\"", "id = \"harbour\"", "field.harbour.id", "used by another thing"),
            (
                "ore = \"aurum\"",
                "ore = \"gold\"",
                "rock.old-tooth.ore",
                "no ore `gold` in ores.toml",
            ),
            ("ores = { ferrite", "ores = { iron", "field.shallows.ores", "no ore `iron`"),
            ("size = \"boulder\"", "size = \"moon\"", "rock.old-tooth.size", "no size `moon`"),
            ("[100.0, -2700.0]", "[100.0, -2.0]", "rock.old-tooth.position", "in a safe zone"),
            ("radius = 230.0", "radius = 9000.0", "spawn_zone.harbour-roads.disc.radius", "within"),
            ("polygon = [", "# polygon = [", "field.breakers", "either a `disc` or a `polygon`"),
            ("[-1900.0, -500.0]", "[9e9, 0.0]", "field.breakers.polygon.x", "is not within"),
            ("radius = 220.0", "radius = 1.0", "safe_zone.rest.radius", "is not within"),
            ("dock_radius = 240.0", "dock_radius = 500.0", "station.harbour.dock_radius", "within"),
        ] {
            let error = with("sectors/frontier.toml", from, to).unwrap_err();
            assert_eq!((error.file.as_str(), error.key.as_str()), ("sectors/frontier.toml", key));
            assert!(error.reason.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_mistake_in_a_wall_or_a_gate_is_named_by_file_key_and_reason() {
        let wall = |rest: &str| format!("[[wall]]\nid = \"w\"\n{rest}\n");
        let gate = |id: &str, partner: &str, place: &str, rest: &str| {
            format!(
                "[[gate]]\nid = \"{id}\"\nname = \"{id}\"\npartner = \"{partner}\"\n\
                 position = {place}\nradius = 60.0\n{rest}\n"
            )
        };
        let far = "[3700.0, -3600.0]";
        let pair = |place: &str, rest: &str| gate("a", "b", place, rest) + &gate("b", "a", far, "");
        let near_a = "line = [[700.0, 1050.0], [1000.0, 1050.0]]\nradius = 10.0";
        for (added, key, reason) in [
            (
                wall("line = [[700.0, 1050.0]]\nradius = 9.0"),
                "wall.w.line",
                "needs 2 to 256 corners",
            ),
            (
                wall("line = [[700.0, 1050.0], [700.0, 1050.0]]\nradius = 9.0"),
                "wall.w.line",
                "from (700, 1050) to (700, 1050) is 0 units long",
            ),
            (wall("line = [[9e9, 0.0], [0.0, 0.0]]\nradius = 9.0"), "wall.w.line.x", "not within"),
            (wall("line = [[-50.0, 0.0], [50.0, 0.0]]\nradius = 9.0"), "wall.w.line", "`harbour`"),
            (
                wall("line = [[0.0, -2710.0], [150.0, -2710.0]]\nradius = 9.0"),
                "wall.w.line",
                "`old-tooth`",
            ),
            (
                wall("line = [[700.0, 900.0], [700.0, 1050.0]]\nradius = 0.0"),
                "wall.w.radius",
                "within",
            ),
            (
                wall("line = [[700.0, 900.0], [700.0, 1050.0]]\nradius = 9.0\nrestitution = 1.5"),
                "wall.w.restitution",
                "1.5 is not within 0 to 1",
            ),
            (gate("a", "b", far, ""), "gate.a.partner", "no gate `b` in this sector"),
            (gate("a", "a", far, ""), "gate.a.partner", "is the gate itself"),
            (pair("[3700.0, -3400.0]", ""), "gate.a.partner", "`b` is less than 620 units away"),
            (
                gate("a", "b", "[800.0, 900.0]", "") + &gate("b", "c", far, ""),
                "gate.a.partner",
                "gate `b` leads to `c`",
            ),
            (pair("[800.0, 1000.0]", "") + &wall(near_a), "gate.a.position", "away from wall `w`"),
            (pair("[100.0, 50.0]", ""), "gate.a.position", "away from station `harbour`"),
            (pair("[100.0, -2650.0]", ""), "gate.a.position", "away from rock `old-tooth`"),
            (pair("[800.0, 900.0]", "turn = 3.0"), "gate.a.turn", "3 is not within -1 to 1"),
            (pair("[800.0, 900.0]", "cooldown_seconds = 9.0"), "gate.a.cooldown_seconds", "within"),
            (wall(near_a) + &wall(near_a), "wall.w.id", "used by another thing"),
            (pair("[800.0, 900.0]", "radios = 3.0"), "line ", "unknown field `radios`"),
        ] {
            let from = "[[rock]]\n";
            let error = with("sectors/frontier.toml", from, &format!("{added}{from}")).unwrap_err();
            assert_eq!(error.file, "sectors/frontier.toml");
            assert!(error.key.starts_with(key), "{error}");
            assert!(error.reason.contains(reason), "{error}");
        }
    }

    #[test]
    fn walls_and_gates_are_bounded_and_need_a_sector_that_keeps_its_side() {
        let mut content = Content::built_in().unwrap();
        let sector =
            content.sectors.iter_mut().find(|sector| sector.id == "proving-ground").unwrap();
        let line = vec![Vec2::ZERO, Vec2::X * 50.0];
        let wall = Wall { id: "w".into(), line, closed: false, radius: 5.0, restitution: 0.5 };
        sector.walls.push(wall.clone());
        let error = content.check().unwrap_err();
        assert!(error.to_string().contains("wall: needs a sector with a fixed `side`"), "{error}");
        let sector =
            content.sectors.iter_mut().find(|sector| sector.id == "proving-ground").unwrap();
        sector.walls.clear();
        let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
        let line: Vec<Vec2> = (0..200).map(|x| Vec2::new(x as f32 * 2.0, 900.0)).collect();
        sector.walls = (0..20)
            .map(|index| Wall { id: format!("w{index}"), line: line.clone(), ..wall.clone() })
            .collect();
        let error = content.check().unwrap_err();
        assert!(error.reason.contains("3980 pieces; at most 2048 are allowed"), "{error}");
        let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
        sector.walls =
            (0..257).map(|index| Wall { id: format!("w{index}"), ..wall.clone() }).collect();
        let error = content.check().unwrap_err();
        assert!(error.reason.contains("has 257 entries; at most 256 are allowed"), "{error}");
    }

    #[test]
    fn an_error_names_file_key_and_reason() {
        let error = with("hulls.toml", "weapon = \"", "weapon = \"no-such-").unwrap_err();
        assert_eq!(error.file, "hulls.toml");
        assert!(error.key.ends_with(".weapon"), "{error}");
        assert!(error.reason.contains("no weapon `no-such-"), "{error}");

        let error = with("ores.toml", "price = ", "price = 900_000").unwrap_err();
        assert!(error.key.ends_with(".price"), "{error}");
        assert!(error.reason.contains("is not within"), "{error}");

        let error = with("modes.toml", "[[mode]]", "\n[[mode\n").unwrap_err();
        assert!(error.key.starts_with("line "), "{error}");

        let error = with("modes.toml", "respawn_seconds", "respawn_secs").unwrap_err();
        assert_eq!(error.file, "modes.toml");
        assert!(error.reason.contains("respawn_secs"), "{error}");
    }
}
