//! Prices and shares as they are worked out on paper: digit by digit, token by
//! token, slowly and without a trick.

/// The least number that each number of stakeholders up to 20 divides, times
/// the hundredths of a whole percentage: every fraction is a whole number of it.
const WHOLE: i128 = ALIKE * 10_000;
const ALIKE: i128 = 232_792_560;

/// Equal fractions for so many.
pub(super) fn evenly(count: usize) -> Vec<i128> {
    vec![hundredths(10_000, count.max(1)); count]
}

/// Hundredths of a percent, shared evenly among so many.
pub(super) fn hundredths(hundredths: u32, count: usize) -> i128 {
    i128::from(hundredths) * ALIKE / i128::try_from(count).unwrap()
}

/// The product of `factors` with so many digits behind the point, rounded to a
/// whole number, halves up: the first digit behind the point decides.
pub(super) fn rounded(factors: &[i64], decimals: usize) -> i128 {
    let digits = product(factors);
    let first_behind = decimals.checked_sub(1).and_then(|place| digits.get(place));
    let up = first_behind.is_some_and(|digit| *digit >= 5);
    read(&digits, decimals) + i128::from(up)
}

/// What stands before the point of the product of `factors`.
pub(super) fn whole(factors: &[i64], decimals: usize) -> i128 {
    read(&product(factors), decimals)
}

/// Divides `total` by fractions that add up to [`WHOLE`]: everyone is given the
/// whole tokens of their part; then, while any is left, one goes to whoever is
/// furthest behind, the first of them.
pub(super) fn shares(total: i64, fractions: &[i128]) -> Vec<i64> {
    if fractions.is_empty() {
        return Vec::new();
    }
    assert_eq!(fractions.iter().sum::<i128>(), WHOLE, "{fractions:?}");
    let total = i128::from(total);
    let mut parts: Vec<i128> = fractions.iter().map(|part| total * part / WHOLE).collect();
    for _ in parts.iter().sum::<i128>()..total {
        let behind = |place: usize| total * fractions[place] - parts[place] * WHOLE;
        let mut furthest = 0;
        for place in 1..fractions.len() {
            if behind(place) > behind(furthest) {
                furthest = place;
            }
        }
        parts[furthest] += 1;
    }
    assert_eq!(parts.iter().sum::<i128>(), total);
    let tokens = |part| i64::try_from(part).unwrap();
    parts.into_iter().map(tokens).collect()
}

/// Long multiplication of numbers that are not negative. The digits stand from
/// the last to the first.
fn product(factors: &[i64]) -> Vec<u8> {
    let digits = |number: &i64| number.to_string().bytes().rev().map(|d| d - b'0').collect();
    let mut factors = factors.iter().map(digits);
    let first: Vec<u8> = factors.next().unwrap_or(vec![1]);
    factors.fold(first, |one, other| times(&one, &other))
}

fn times(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut digits = vec![0; one.len() + other.len()];
    for (shift, by) in other.iter().enumerate() {
        let mut carry = 0;
        for (place, digit) in one.iter().enumerate() {
            let sum = digits[shift + place] + digit * by + carry;
            digits[shift + place] = sum % 10;
            carry = sum / 10;
        }
        digits[shift + one.len()] = carry;
    }
    digits
}

/// The number that stands before the last `decimals` digits.
fn read(digits: &[u8], decimals: usize) -> i128 {
    let before_the_point = digits.iter().skip(decimals).rev();
    before_the_point.fold(0, |number, digit| number * 10 + i128::from(*digit))
}

#[test]
fn paper_is_right_where_the_contract_says_what_is_right() {
    // 49.99 USD at 1 token a dollar is 50 tokens.
    assert_eq!(rounded(&[4_999, 1_000_000, 10_000], 2 + 6 + 4), 50);
    assert_eq!(rounded(&[25, 1], 1), 3);
    assert_eq!(rounded(&[24, 1], 1), 2);
    assert_eq!(whole(&[99, 1], 1), 9);
    assert_eq!(rounded(&[7], 0), 7);
    let huge = i128::from(i64::MAX) * i128::from(i64::MAX);
    assert_eq!(whole(&[i64::MAX, i64::MAX], 0), huge);
    assert_eq!(shares(10, &evenly(3)), [4, 3, 3]);
    assert_eq!(
        shares(75, &[hundredths(7_000, 1), hundredths(3_000, 1)]),
        [53, 22]
    );
}
