using System.Reflection;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Systemd;

namespace EdgeOrleans.Silo.Tests;

/// <summary>What the watchdog is fed by: that grains answer and that the journal's thread comes round, and not that a timer runs.</summary>
public sealed class LivenessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-liveness-").FullName;
    private readonly FileDisk _disk;
    private readonly FlashJournal _journal;
    private readonly JournalThread _thread;
    private readonly DiskActivity _activity = new();

    public LivenessTests()
    {
        _disk = new FileDisk(_directory);
        _journal = FlashJournal.Open(_disk, new JournalOptions());
        _thread = new JournalThread(_journal);
    }

    public void Dispose()
    {
        _thread.Dispose();
        _journal.Dispose();
        _disk.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Grain_and_thread_that_answer_are_no_fault() => Assert.Null(await Fault(Task.FromResult<string[]>([])));

    [Fact]
    public async Task Grain_that_does_not_answer_is_a_fault() =>
        Assert.Equal("No grain answers.", await Fault(new TaskCompletionSource<string[]>().Task));

    [Fact]
    public async Task Grain_that_breaks_is_a_fault_and_does_not_break_who_asks() =>
        Assert.Equal("No grain answers.", await Fault(Task.FromException<string[]>(new InvalidOperationException("broken"))));

    [Fact]
    public async Task Refusal_is_an_answer_because_a_restart_does_not_mend_storage() =>
        Assert.Null(await Fault(Task.FromException<string[]>(new RefusedException(new Refusal(RefusalCode.Timeout, "storage does not answer")))));

    [Fact]
    public async Task Thread_that_does_not_come_round_is_a_fault_unless_the_disk_has_it()
    {
        _thread.Dispose();
        Assert.Equal("The journal's thread does not come round.", await Fault(Task.FromResult<string[]>([])));
        using (_activity.Begin())
        {
            Assert.Null(await Fault(Task.FromResult<string[]>([])));
        }

        Assert.NotNull(await Fault(Task.FromResult<string[]>([])));
    }

    private Task<string?> Fault(Task<string[]> answer)
    {
        var catalog = DispatchProxy.Create<ICatalogGrain, Answering>();
        ((Answering)(object)catalog).Answer = answer;
        var grains = DispatchProxy.Create<IGrainFactory, Answering>();
        ((Answering)(object)grains).Answer = catalog;
        return new Liveness(grains, _activity, _thread).Fault(Limit);
    }

    /// <summary>Answers every call with one thing: the catalog for a grain factory, its answer for the catalog.</summary>
    public class Answering : DispatchProxy
    {
        public object? Answer { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer;
    }
}
