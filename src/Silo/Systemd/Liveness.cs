using EdgeOrleans.Journal;

namespace EdgeOrleans.Silo.Systemd;

/// <summary>
/// Whether a restart would help: grains must answer and the journal's thread must come round. What a restart does not cure (a full
/// card, a storage that does not answer, a flush that hangs in the kernel) is no fault here, because reads go on meanwhile.
/// </summary>
/// <param name="grains">How a grain is asked.</param>
/// <param name="activity">What the journal's disk does.</param>
/// <param name="journal">The journal's thread; a member of a cluster has none.</param>
internal sealed class Liveness(IGrainFactory grains, DiskActivity activity, JournalThread? journal = null)
{
    /// <summary>What does not answer within the limit, as a sentence; <see langword="null"/> when all do.</summary>
    public async Task<string?> Fault(TimeSpan limit)
    {
        if (!await Within(AskGrain(), limit))
        {
            return "No grain answers.";
        }

        return journal is null || await Within(journal.GoRound(), limit) || activity.IsRunning ? null : "The journal's thread does not come round.";
    }

    /// <summary>The catalog, which every activation of a collection asks. Its refusal is an answer too.</summary>
    private async Task AskGrain()
    {
        try
        {
            await grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key).ListNamespaces();
        }
        catch (Exception e) when (e is RefusedException or OrleansException)
        {
            // Storage does not answer, the grain did; or in a cluster the grain is on a silo that has just gone.
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
