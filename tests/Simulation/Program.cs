using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Running;
using Xunit.Runner.InProc.SystemConsole;

// The tests without arguments; `seeds` plays any number of seeds, `mutants` prints how fast each mutant is caught.
return args switch
{
    ["seeds", .. var options] => SeedCommand.Run(options),
    ["mutants", .. var names] => MutantHunt.RunAll(names),
    _ => await ConsoleRunner.Run(args),
};
