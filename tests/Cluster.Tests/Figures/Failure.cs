namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>What is done to the site, in the order of the table.</summary>
internal enum Failure
{
    None,
    Kill,
    KillAndStart,
    PowerLoss,
    CablePulled,
    Freeze,
    ShortFreeze,
    RollingRestart,
    AllKilled,
    PostgresKilled,
    PostgresHung,
    RedisKilled,
    RedisHung,
    RedisAwayAndKill,
    RedisWiped,
    CutFromMembers,
    CutFromMembersAndRedis,
    CutFromAll,
    MajorityCutOff,
    TwoActivations,
    CutFromStorage,
    ClockBehind,
    ClockSetBack,
}

/// <summary>The failures in words.</summary>
internal static class Failures
{
    public static string Words(this Failure failure) => failure switch
    {
        Failure.None => "none",
        Failure.Kill => "a member killed (SIGKILL), started again after 8 s",
        Failure.KillAndStart => "a member killed and started again at once",
        Failure.PowerLoss => "a member loses power: its link and its process gone without a reset",
        Failure.CablePulled => "a member's cable out for 15 s, then in again",
        Failure.Freeze => "a member stopped for 15 s (SIGSTOP, SIGCONT)",
        Failure.ShortFreeze => "a member stopped for 3 s",
        Failure.RollingRestart => "all members restarted one after another (SIGTERM)",
        Failure.AllKilled => "all members killed at once and started again",
        Failure.PostgresKilled => "PostgreSQL killed, away for 6 s",
        Failure.PostgresHung => "PostgreSQL hung for 10 s (SIGSTOP)",
        Failure.RedisKilled => "Redis killed, away for 18 s, back with its append-only file",
        Failure.RedisHung => "Redis hung for 10 s",
        Failure.RedisAwayAndKill => "a member killed and started again while Redis is away for 8 s",
        Failure.RedisWiped => "Redis emptied (FLUSHALL)",
        Failure.CutFromMembers => "a member cut off from the others for 20 s, Redis and PostgreSQL in reach",
        Failure.CutFromMembersAndRedis => "a member cut off from the others and Redis for 20 s, PostgreSQL in reach",
        Failure.CutFromAll => "a member cut off from the others, Redis and PostgreSQL for 20 s, its clients in reach",
        Failure.MajorityCutOff => "two members cut off from the third and from Redis for 18 s, PostgreSQL in reach of all",
        Failure.TwoActivations => "a member cut off from all, after 12 s PostgreSQL in reach again and then the rest: two activations",
        Failure.CutFromStorage => "a member cut off from PostgreSQL alone for 10 s",
        Failure.ClockBehind => "a member started with its clock an hour behind",
        Failure.ClockSetBack => "a member's clock set back an hour while it runs",
        _ => throw new ArgumentOutOfRangeException(nameof(failure)),
    };
}
