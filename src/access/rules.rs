//! What logins, names, roles, scopes and terms may be: the same for every door by which somebody is taken up.

use jiff::{SignedDuration, Timestamp};

use super::{Role, Scopes};

/// Longest term of a token, in days: ten years.
const LONGEST_TERM: u32 = 3650;

/// Why something that was asked for is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The login cannot be typed or told apart.
    #[error("登录名为 2 至 64 个字母、数字或 . _ - @")]
    Login,
    /// The name cannot be shown.
    #[error("名称为 1 至 50 个字符，不含换行等控制字符")]
    Name,
    /// The role is not for people.
    #[error("人员的角色是 reviewer、lead 或 admin；机器请用令牌")]
    Role,
    /// A token of this role cannot have such scopes.
    #[error("{} 的令牌可有的权限是：{}", .0.name(), .0.scopes().for_programs())]
    Scopes(Role),
    /// The term is too short or too long.
    #[error("有效期为 1 至 {LONGEST_TERM} 天")]
    Term,
}

/// A login that can be typed and told apart.
///
/// # Errors
/// Where it is not.
pub fn check_login(login: &str) -> Result<&str, Mistake> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let fits = (2..=64).contains(&login.len()) && login.chars().all(is_plain);
    fits.then_some(login).ok_or(Mistake::Login)
}

/// A name that can be shown, without what is around it.
///
/// # Errors
/// Where it is not.
pub fn check_name(name: &str) -> Result<&str, Mistake> {
    let name = name.trim();
    let fits = (1..=50).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then_some(name).ok_or(Mistake::Name)
}

/// The role of a person; machines have tokens.
///
/// # Errors
/// Where it is that of a machine.
pub fn check_role(role: Role) -> Result<Role, Mistake> {
    (role != Role::Machine).then_some(role).ok_or(Mistake::Role)
}

/// What a token of this role may do: what is asked for, or all that a program of the role may.
///
/// # Errors
/// Where nothing is asked for, or more than a program may.
pub fn scopes_of_token(role: Role, asked: Option<Scopes>) -> Result<Scopes, Mistake> {
    let may = role.scopes().for_programs();
    let scopes = asked.unwrap_or(may);
    let fits = scopes != Scopes::default() && scopes.within(may);
    fits.then_some(scopes).ok_or(Mistake::Scopes(role))
}

/// When a token expires that is valid for so many days from `now`; never without a number.
///
/// # Errors
/// Where the term is too short or too long.
pub fn end_of_term(days: Option<u32>, now: Timestamp) -> Result<Option<Timestamp>, Mistake> {
    let Some(days) = days else { return Ok(None) };
    let fits = (1..=LONGEST_TERM).contains(&days);
    fits.then(|| Some(now + SignedDuration::from_hours(24 * i64::from(days)))).ok_or(Mistake::Term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Scope;

    #[test]
    fn logins_names_and_roles_are_those_of_people() {
        for login in ["li", "lin.tao", "a_b-c@d.cn"] {
            assert_eq!(check_login(login), Ok(login));
        }
        for login in ["", "a", "林涛", "lin tao", "lin\n"] {
            assert_eq!(check_login(login), Err(Mistake::Login), "{login}");
        }
        assert_eq!(check_name(" 林 涛 "), Ok("林 涛"));
        for name in ["", "  ", "林\n涛", &"长".repeat(51)] {
            assert_eq!(check_name(name), Err(Mistake::Name), "{name}");
        }
        assert_eq!(check_role(Role::Machine), Err(Mistake::Role));
        assert_eq!(check_role(Role::Lead), Ok(Role::Lead));
    }

    #[test]
    fn a_token_holds_neither_nothing_nor_what_is_a_persons() {
        let asked = |scopes: &[Scope]| Some(scopes.iter().copied().collect());
        assert_eq!(scopes_of_token(Role::Machine, None), Ok(Role::Machine.scopes()));
        for role in Role::ALL {
            let all = scopes_of_token(role, None).unwrap();
            assert!(!all.iter().any(Scope::needs_person), "{all}");
        }
        for (role, scopes) in [
            (Role::Machine, asked(&[])),
            (Role::Machine, asked(&[Scope::Audit])),
            (Role::Lead, asked(&[Scope::Review])),
            (Role::Admin, asked(&[Scope::People])),
        ] {
            let told = scopes_of_token(role, scopes).unwrap_err().to_string();
            assert!(
                told.starts_with(role.name()) && told.contains(&role.scopes().for_programs().to_string())
            );
        }
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(end_of_term(None, now), Ok(None));
        assert_eq!(end_of_term(Some(1), now), Ok(Some(now + SignedDuration::from_hours(24))));
        assert!(end_of_term(Some(0), now).is_err() && end_of_term(Some(3651), now).is_err());
    }
}
