//! Content from the TOML files of `assets/`, which are compiled in.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{
    AsteroidSize, Content, ContentError, Hull, Mode, Ore, Sector, SectorSize, Station, Weapon,
};
use crate::units::WeaponId;
use glam::Vec2;

/// The files of `assets/` by their path below it.
const FILES: [(&str, &str); 9] = [
    ("hulls.toml", include_str!("../../../assets/hulls.toml")),
    ("weapons.toml", include_str!("../../../assets/weapons.toml")),
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

impl Content {
    /// The content that this program was built with.
    ///
    /// # Errors
    /// The first thing wrong in a file, by file, key and reason.
    pub fn built_in() -> Result<Content, ContentError> {
        Self::from_files(&|path| {
            FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
        })
    }

    /// Content from the texts of its files; `read` gives a file by its path below `assets/`.
    ///
    /// # Errors
    /// The first thing wrong in a file, by file, key and reason.
    pub fn from_files(read: &dyn Fn(&str) -> Option<String>) -> Result<Content, ContentError> {
        let weapons: Vec<Weapon> = parse::<WeaponFile>("weapons.toml", read)?.weapon;
        let hulls = parse::<HullFile>("hulls.toml", read)?
            .hull
            .into_iter()
            .map(|hull| hull.resolve(&weapons))
            .collect::<Result<_, _>>()?;
        let mut sectors = Vec::new();
        for (path, _) in FILES.iter().filter(|(path, _)| path.starts_with("sectors/")) {
            let id = path.trim_start_matches("sectors/").trim_end_matches(".toml");
            sectors.push(parse::<SectorFile>(path, read)?.resolve(id));
        }
        let content = Content {
            hulls,
            weapons,
            ores: parse::<OreFile>("ores.toml", read)?.ore,
            asteroid_sizes: parse::<AsteroidFile>("asteroids.toml", read)?.size,
            sectors,
            modes: parse::<ModeFile>("modes.toml", read)?.mode,
        };
        content.check()?;
        Ok(content)
    }
}

fn parse<T: DeserializeOwned>(
    path: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<T, ContentError> {
    let text = read(path).ok_or_else(|| ContentError::new(path, "(file)", "is missing"))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count());
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
    weapon: String,
    outline: Vec<Vec2>,
}

impl HullEntry {
    fn resolve(self, weapons: &[Weapon]) -> Result<Hull, ContentError> {
        let Some(weapon) = weapons.iter().position(|weapon| weapon.id == self.weapon) else {
            let reason = format!("no weapon `{}` in weapons.toml", self.weapon);
            return Err(ContentError::new("hulls.toml", format!("{}.weapon", self.id), reason));
        };
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
            // Saturates far above the number of entries that the check allows.
            weapon: WeaponId(u8::try_from(weapon).unwrap_or(u8::MAX)),
            outline: self.outline,
        })
    }
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectorFile {
    name: String,
    #[serde(default)]
    side: Option<f32>,
    #[serde(default)]
    side_per_ship: Option<f32>,
    #[serde(default)]
    side_min: f32,
    #[serde(default)]
    view_half: Option<Vec2>,
    #[serde(default)]
    station: Option<Station>,
    #[serde(default)]
    asteroids: u16,
    #[serde(default)]
    asteroid_regrow_seconds: f32,
}

impl SectorFile {
    fn resolve(self, id: &str) -> Sector {
        let size = match self.side_per_ship {
            Some(side) => SectorSize::PerShip { side, side_min: self.side_min },
            // A missing side is out of the checked range and refused there, by its name.
            None => SectorSize::Fixed { side: self.side.unwrap_or(0.0) },
        };
        Sector {
            id: id.to_owned(),
            name: self.name,
            size,
            view_half: self.view_half,
            station: self.station,
            asteroids: self.asteroids,
            asteroid_regrow_seconds: self.asteroid_regrow_seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(path: &str, from: &str, to: &str) -> Result<Content, ContentError> {
        Content::from_files(&|name| {
            let text = FILES.iter().find(|(file, _)| *file == name)?.1;
            if name == path {
                assert!(text.contains(from), "{path} has no `{from}`");
                return Some(text.replacen(from, to, 1));
            }
            Some(text.to_owned())
        })
    }

    #[test]
    fn the_built_in_content_is_sound() {
        let content = Content::built_in().unwrap();
        for id in ["frontier", "proving-ground", "proving-ground-open", "proving-ground-packed"] {
            assert!(content.sector(id).is_some(), "{id}");
        }
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

        let error = with("modes.toml", "respawn_seconds", "respawn_secs").unwrap_err();
        assert_eq!(error.file, "modes.toml");
        assert!(error.reason.contains("respawn_secs"), "{error}");
    }
}
