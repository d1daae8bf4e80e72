using EdgeOrleans.Journal;

namespace EdgeOrleans.Silo.Systemd;

/// <summary>
/// Whether a restart would help: grains must answer and the journal's thread must come round. What a restart does not cure (a full
/// card, a storage that does not answer, a flush that hangs in the kernel) is no fault here, because reads go on meanwhile.
/// </summary>
internal sealed class Liveness(IGrainFactory grains, JournalThread journal, DiskActivity activity)
{
    /// <summary>What does not answer within the limit, as a sentence; <see langword="null"/> when all do.</summary>
    public async Task<string?> Fault(TimeSpan limit)
    {
        if (!await Within(AskGrain(), limit))
        {
            return "No grain answers.";
        }

        return await Within(journal.GoRound(), limit) || activity.IsRunning ? null : "The journal's thread does not come round.";
    }

    /// <summary>The catalog, which every activation of a collection asks. Its refusal is an answer too.</summary>
    private async Task AskGrain()
    {
        try
        {
            await grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key).ListNamespaces();
        }
        catch (RefusedException)
        {
            // Storage does not answer; the grain did.
        }
    }

    private static async Task<bool> Within(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit);
            return true;
        }
#pragma warning disable CA1031 // Whatever a grain that is broken throws: this only looks, and must not end what it looks at.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
