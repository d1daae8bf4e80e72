namespace EdgeOrleans.Simulation.Judgement;

/// <summary>Judges an answer to a write by what is known of its key: whether a refusal was right, and what an acceptance says was there before.</summary>
internal sealed class AnswerJudge(VersionOracle oracle)
{
    /// <summary>The precondition did not hold, says the answer.</summary>
    public void JudgeRefused(SentWrite write)
    {
        if (SettledStateDuring(write) is { } state && Meets(write, state.IsAbsent, state.Version))
        {
            throw new OracleException($"{write} was refused, and its precondition {write.Precondition} {write.ExpectedVersion} held");
        }
    }

    /// <summary>There was nothing to delete, says the answer.</summary>
    public void JudgeNothingDeleted(SentWrite write, WriteResult result)
    {
        if (!write.IsDelete || result.Existed)
        {
            throw new OracleException($"{write} was answered without a version");
        }

        if (SettledStateDuring(write) is { IsAbsent: false })
        {
            throw new OracleException($"{write} found nothing to delete, and {write.Key.Known} was there");
        }
    }

    /// <summary>It is done, says the answer. To be called before the write counts as held.</summary>
    public void JudgeAccepted(SentWrite write, WriteResult result)
    {
        if (oracle.IsReportedDamaged(write.Key.Collection.Key))
        {
            return;
        }

        if (result.Version <= write.ToldVersion)
        {
            throw new OracleException($"{write} got version {result.Version}, and {write.ToldVersion} had been told before it was sent");
        }

        var before = write.Key.HeldBefore(result.Version);
        var isPossible = write.Precondition switch
        {
            PreconditionKind.Absent => !result.Existed,
            PreconditionKind.Exists => result.Existed,
            PreconditionKind.Version => result.Existed && (before is null || before.Version <= write.ExpectedVersion),
            _ => true,
        };
        if (isPossible && !write.Key.IsContested(write) && (before is null || !write.Key.Collection.MayHaveCleared(before)))
        {
            var isAbsent = before is null || before.IsDelete || before.WasRemoved;
            isPossible = isAbsent != result.Existed && Meets(write, isAbsent, before?.Version ?? 0);
        }

        if (!isPossible)
        {
            throw new OracleException(
                $"{write} got version {result.Version} under {write.Precondition} {write.ExpectedVersion}, existed: {result.Existed}, with {before?.ToString() ?? "nothing"} before it");
        }
    }

    /// <summary>The state of the key during all of the time that a write was under way, when that is beyond doubt.</summary>
    private (bool IsAbsent, long Version)? SettledStateDuring(SentWrite write)
    {
        var key = write.Key;
        var isOpen = oracle.IsReportedDamaged(key.Collection.Key) || key.IsContested(write)
            || key.Sent.Exists(other => other.SentAt == write.SentAt && other.Id < write.Id);
        if (!isOpen && key.Known is { } known)
        {
            isOpen = Math.Min(known.EndedAt, known.HeldAt) >= write.SentAt || key.Collection.MayHaveCleared(known);
        }

        return isOpen ? null : (key.IsKnownAbsent, key.KnownVersion);
    }

    private static bool Meets(SentWrite write, bool isAbsent, long version) => write.Precondition switch
    {
        PreconditionKind.Absent => isAbsent,
        PreconditionKind.Exists => !isAbsent,
        PreconditionKind.Version => !isAbsent && version == write.ExpectedVersion,
        _ => true,
    };
}
